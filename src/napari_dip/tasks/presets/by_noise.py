"""What follows from the noise: mask, grid, second fit and filters.

The table in docs/noise.md says the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from napari_dip.engine.early_stopping import NoRule
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.chains.earlier_fit import FrequencySplit, PilotMean
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    Chain,
    ResidualStructure,
)
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.latents.noise2noise import Noise2NoiseSpec
from napari_dip.latents.recorrupted import RecorruptedSpec
from napari_dip.networks import UNetSpec
from napari_dip.noise.model import NoiseModel
from napari_dip.presets.settings import Settings

# Structures mostly have a direction, which an augmented network has
# to learn eight times. But where each value is fitted more often than this,
# its noise is learnt by heart without dihedral augmentation.
_MOST_USES = 130

# Part of the pixels that is masked: of one channel, of several, since the
# others still tell of the place, and of bins.
_MASKED, _MASKED_MORE = 0.15, 0.3

# Noise so smooth comes with hardly any detail finer than two pixels.
_SMOOTH = 0.65

# Of Noise2Noise, at twice whose rate the brightness of the estimate wanders,
# and of the second fit where the first is at full resolution too, which leaves
# it less to find than one of bins does.
_RATE = 3e-3
# More iterations take up the noise, where what was measured of it is not
# exact.
_RECORRUPTED_ITERATIONS = 100
#: The spectrum of the noise is measured on blocks of 32 pixels, of which
#: smaller images have too few: 9.6 instead of 16.8 dB on 64 pixels of a
#: wide-field frame.
LEAST_SIDE = 96

_RESIDUAL: Chain = (Calibrate(), ResidualStructure(), Bm3d(0.75))
# Correlated noise is known from near, so that a second fit tells the details
# from it and the first one the rest.
_DETAILS: Chain = (
    PilotMean(),
    FrequencySplit(scale=4.0, share=1.0, filters=(Bm3d(0.75),)),
)
# Of correlated noise the gain cannot be measured. What is known of it is less
# than the covariances of similar blocks ask for (docs/decisions/0019).
_UNTOLD: dict[str, Any] = {
    'stabilise_noise': False,
    'undo_clipping': False,
    'filters': _RESIDUAL,
}


@dataclass(frozen=True)
class Choices:
    """Settings of a preset for what noise may be.

    Parameters
    ----------
    pixels : Settings
        For a fit of pixels.
    bins : Settings
        For bins of independent noise.
    correlated_bins : Settings
        For bins of correlated noise.
    """

    pixels: Settings
    bins: Settings
    correlated_bins: Settings


@dataclass(frozen=True)
class Plan:
    """What follows from the noise.

    Parameters
    ----------
    binning : int
        Pixels of the image along a side of a pixel of the fit.
    mask : tuple of int
        Pixels of the fit along each axis that a blind spot hides.
    correlated : bool
        Whether the noise is; neither gain nor covariances are told then.
    second : bool
        Whether a Recorrupted-to-Recorrupted fit at full resolution follows.
    """

    binning: int
    mask: tuple[int, ...]
    correlated: bool = True
    second: bool = True


def plan(noise: NoiseModel) -> Plan:
    """Return what follows from the noise of an image."""
    correlation = noise.correlation
    alone = (1,) * len(correlation.reach)
    neighbours = tuple(min(3, reach) for reach in correlation.reach)
    if correlation.independent:
        return Plan(noise.binning, alone, correlated=False, second=False)
    if correlation.compressed:
        # JPEG keeps colours coarser, so that their noise reaches further.
        mask = alone if len(noise.variance) == 1 else neighbours
        return Plan(2, mask)
    if not correlation.all_around or max(correlation.reach) == 3:
        side = 1
    else:
        side = 2 if correlation.at(1) > _SMOOTH else 3
    # Where the noise drowns more there is nothing finer to be found.
    drowned = noise.binning > side
    binning = max(side, noise.binning)
    # Bins next to each other share what their pixels do; no others do.
    mask = correlation.reach if binning == 1 else neighbours
    return Plan(binning, mask, second=not drowned)


def by_noise(
    choices: Choices, planes: NDArray[Any], noise: NoiseModel
) -> Settings:
    """Return the settings that suit an image and its noise.

    Parameters
    ----------
    choices : Choices
        Those of the preset.
    planes : (C, ...) ndarray
        The image.
    noise : NoiseModel
        Its noise.
    """
    found = plan(noise)
    values = planes.size // found.binning ** len(found.mask)
    second = found.second and min(planes.shape[-2:]) >= LEAST_SIDE
    if not found.correlated:
        settings = choices.pixels if found.binning == 1 else choices.bins
        fit = replace(settings.fit, num_samples=choices.pixels.fit.num_samples)
        settings = replace(settings, fit=fit, binning=found.binning)
        return _suited(settings, len(planes), values)
    if found.binning == 1:
        settings = _suited(choices.pixels, len(planes), values)
        assert isinstance(settings.latent, BlindSpotSpec)
        settings = replace(
            settings,
            latent=replace(settings.latent, block=found.mask),
            **_UNTOLD,
        )
        rate = _RATE
    else:
        # Of few bins, or drowned structure, a longer fit learns the noise by
        # heart.
        like = choices.correlated_bins if second else choices.bins
        settings = replace(
            choices.correlated_bins,
            network=UNetSpec((64,) * 5),
            latent=BlindSpotSpec(_MASKED_MORE, found.mask),
            fit=replace(
                choices.correlated_bins.fit,
                num_iter=like.fit.num_iter,
                augment=True,
            ),
            stopping=like.stopping,
            binning=found.binning,
            **_UNTOLD,
        )
        rate = 2 * _RATE
    if not second:
        return settings
    return replace(
        settings, second=_recorrupted(choices.pixels, settings.fit, rate)
    )


def split_repeats(settings: Settings) -> Settings:
    """Feed some repeats and ask for the others, pixels of all kinds at once.

    What pixels share does no harm then, and the fit is at full resolution
    from the start. Of the error on held-out pixels nearly all is the noise of
    the repeats asked for, so that its minimum is one by chance
    (docs/repeats.md).
    """
    return replace(
        settings,
        latent=Noise2NoiseSpec(),
        # An estimate feeds all repeats, so that there is one draw of it.
        fit=replace(
            settings.fit,
            learning_rate=min(settings.fit.learning_rate, _RATE),
            augment=True,
            num_samples=1,
        ),
        stopping=NoRule(),
        **_UNTOLD,
    )


def _suited(settings: Settings, channels: int, values: int) -> Settings:
    """Suit settings to the number of channels and values."""
    augment = settings.fit.num_iter * _uses(settings.fit, values)
    return replace(
        settings,
        latent=BlindSpotSpec(_MASKED if channels == 1 else _MASKED_MORE),
        fit=replace(settings.fit, augment=augment > _MOST_USES),
    )


def _uses(fit: FitSettings, values: int) -> float:
    """How often an iteration uses each value."""
    assert fit.window is not None
    return fit.num_windows * fit.window**2 / values


def _recorrupted(
    settings: Settings, first: FitSettings, learning_rate: float
) -> Settings:
    return Settings(
        network=settings.network,
        latent=RecorruptedSpec(strength=0.5),
        fit=replace(
            first,
            num_iter=_RECORRUPTED_ITERATIONS,
            optimiser='adam',
            warm_up=None,
            learning_rate=learning_rate,
            augment=True,
        ),
        # The noise of held-out pixels is that of their neighbours too.
        stopping=NoRule(),
        filters=_DETAILS,
    )

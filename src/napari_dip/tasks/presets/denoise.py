"""What the presets of denoising stand for, given the image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from napari_dip.engine.early_stopping import HeldOut, NoRule
from napari_dip.engine.optimisers.choice import OptimiserName
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    Chain,
    FrequencySplit,
    NlBayes,
    PilotMean,
    ResidualStructure,
    SideBySide,
)
from napari_dip.images.brightness_match import Repeats
from napari_dip.images.validation import check_choice
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.latents.noise2noise import Noise2NoiseSpec
from napari_dip.latents.recorrupted import RecorruptedSpec
from napari_dip.networks import UNetSpec
from napari_dip.noise.correlated import Recipe
from napari_dip.noise.detector import Detector
from napari_dip.noise.model import NoiseModel
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import Settings
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.deep_image_prior import plain_settings

# Structures mostly have a direction, which an augmented network has
# to learn eight times. But where each value is fitted more often than this,
# its noise is learnt by heart without dihedral augmentation.
_MOST_USES = 130

# Times the usual length.
_LONGEST_GRADIENT = 2.0

# At twice the rate the brightness of the estimate wanders.
_SPLIT_RATE = 3e-3

# Of one channel. Of several twice as many, since the others still tell of the
# place.
_DROP = 0.15

# More take up the noise, where what was measured of it is not exact.
_RECORRUPTED_ITERATIONS = 100
_RECORRUPTED_RATE = 6e-3
# Where the first fit is at full resolution, the second has less to find.
_RECORRUPTED_RATE_OF_NEIGHBOURS = 3e-3


# Muon bears its rate after so few iterations; a longer rise only makes the
# first previews wait.
_WARM_UP = 20

# At full resolution, for a trunk at half of it leaves a faint chequerboard;
# its few channels there cost little.
_NETWORK = UNetSpec((32, 48, 64, 64, 64), reduction=1)

_STRUCTURE: Chain = (Calibrate(), ResidualStructure())
_RESIDUAL: Chain = (*_STRUCTURE, Bm3d(0.75))
_COVARIANCES: Chain = (*_RESIDUAL, NlBayes(0.5))
# Where the fit is long, so that it has missed little (docs/decisions/0019).
_SIDE_BY_SIDE: Chain = (*_STRUCTURE, SideBySide((Bm3d(0.3), NlBayes(0.4))))

# Of details that are told less well. The mean over 27 images is the same
# with all of them, the worst is 0.35 dB below the better of both fits instead
# of 0.48 (docs/lab/correlated-noise.md).
_SOME = 0.75


def _details(share: float = 1.0) -> Chain:
    """Take fine details from the mean of both fits, the rest from the first.

    Correlated noise is known from near, so that a second fit tells the
    details from it and the first one the rest.
    """
    split = FrequencySplit(scale=4.0, share=share, filters=(Bm3d(0.75),))
    return (PilotMean(), split)


def _light(
    num_iter: int,
    learning_rate: float,
    num_samples: int,
    optimiser: OptimiserName = 'muon',
) -> Settings:
    return Settings(
        network=_NETWORK,
        latent=BlindSpotSpec(_DROP),
        fit=FitSettings(
            num_iter=num_iter,
            optimiser=optimiser,
            learning_rate=learning_rate,
            warm_up=_WARM_UP if optimiser == 'muon' else None,
            gradient_clipping=_LONGEST_GRADIENT,
            window=64,
            num_windows=8,
            average='weights',
            num_samples=num_samples,
            precision='auto',
        ),
        stopping=HeldOut(
            part=0.02, min_start=num_iter // 4, patience=num_iter // 2
        ),
        stabilise_noise=True,
        undo_clipping=True,
        exclude_defects=True,
        filters=_COVARIANCES,
    )


SETTINGS = {
    'fast': _light(100, 0.012, 8),
    'balanced': _light(400, 0.006, 16),
    'best': replace(_light(2000, 0.003, 32), filters=_SIDE_BY_SIDE),
    'ulyanov2018': RECIPES['denoising'],
}

# Of squares of pixels.
_FEW_PHOTONS = _light(50, 0.012, 8)
# At twice the rate previews fall again before the end.
_FAINT = _light(50, 0.006, 8)

# Where neighbouring pixels share their noise. Muon gains nothing there.
_SHARED = {
    'fast': _light(200, 0.003, 8, 'adam'),
    'balanced': _light(600, 0.003, 16, 'adam'),
    # Twice as many gain 0.01 to 0.07 dB and learn the noise of small images.
    'best': _light(1000, 0.003, 32, 'adam'),
}

# Whose fit of pixels a preset has where an image was smoothed. More iterations
# learn the noise that reaches further than the block that is dropped.
_OF_SMOOTHED = {'best': 'balanced'}

# Of noise that pixels share the gain cannot be measured. What is known of it
# is less than the covariances of matched blocks ask for (docs/decisions/0019).
_UNTOLD: dict[str, Any] = {
    'stabilise_noise': False,
    'undo_clipping': False,
    'filters': _RESIDUAL,
}


def choose_settings(
    preset: str,
    planes: NDArray[Any],
    noise: NoiseModel,
    copies: Repeats | None = None,
    method: DeepImagePrior | None = None,
) -> Settings:
    """Return the settings that a preset stands for, given the image.

    Parameters
    ----------
    preset : str
        Name of the preset.
    planes : (C, M, N) ndarray
        The image.
    noise : NoiseModel
        Its noise.
    copies : Repeats, optional
        What the image is the mean of, where it is one.
    method : DeepImagePrior, optional
        Deep image prior as such, if it was asked for.
    """
    check_choice(preset, PRESETS, 'preset')
    if method is not None:
        return plain_settings(method, preset, 'denoising', noise)
    settings = SETTINGS[preset]
    if not settings.latent.hides_pixels:
        return settings
    suited = _suited(settings, planes)
    correlation = noise.recipe
    if copies is not None and correlation is not None:
        return _for_copies(settings)
    if noise.binning > 1:
        brief = _FEW_PHOTONS if noise.few_photons else _FAINT
        return _in_squares(settings, brief, planes, noise.binning)
    if correlation is None:
        return suited
    if correlation.fine:
        pixels = _suited(SETTINGS[_OF_SMOOTHED.get(preset, preset)], planes)
        return _for_smoothed(_SHARED[preset], pixels, correlation)
    if correlation.binning > 1:
        return _for_smooth_noise(_SHARED[preset], correlation)
    return _for_noise_of_neighbours(suited, correlation.block)


def check_detector_used(
    noise: object, settings: Settings, preset: str
) -> None:
    """Refuse a detector that settings have no use for."""
    if isinstance(noise, Detector) and not settings.stabilise_noise:
        raise ValueError(
            f'noise: the preset {preset!r} has no use for a detector; '
            'choose another preset or leave the detector out.'
        )


def check_uncertainty(settings: Settings, preset: str) -> None:
    """Refuse settings that leave no pixels to measure an error by."""
    if settings.latent.splits_repeats:
        raise ValueError(
            'uncertainty: it is not known for repeats whose noise is '
            'correlated; leave one of the two out.'
        )
    if not settings.latent.hides_pixels:
        raise ValueError(
            f'uncertainty: with the preset {preset!r}, or deep image prior, '
            'the network sees every pixel, and none is left to measure its '
            'error by; choose another, or leave the uncertainty out.'
        )


def _suited(settings: Settings, planes: NDArray[Any]) -> Settings:
    """Suit settings to the number of channels and values."""
    augment = _uses_of_each_value(settings.fit, planes) > _MOST_USES
    drop = _DROP if len(planes) == 1 else 2 * _DROP
    return replace(
        settings,
        latent=BlindSpotSpec(drop),
        fit=replace(settings.fit, augment=augment),
    )


def _in_squares(
    settings: Settings, brief: Settings, planes: NDArray[Any], squares: int
) -> Settings:
    """Average squares, which are the pixels of the fit.

    They are few and noisy, and a longer fit learns them by heart.
    """
    fit = replace(brief.fit, num_samples=settings.fit.num_samples)
    short = replace(brief, fit=fit, binning=squares)
    return _suited(short, planes[:, ::squares, ::squares])


def _uses_of_each_value(fit: FitSettings, planes: NDArray[Any]) -> float:
    """How often a value is seen, for each that there is to be learnt."""
    assert fit.window is not None
    return fit.num_iter * fit.num_windows * fit.window**2 / planes.size


def _for_copies(settings: Settings) -> Settings:
    """Feed some copies and ask for the others, pixels of all kinds at once.

    What pixels share does no harm then, and the fit is at full resolution
    from the start. Of the error on held-out pixels nearly all is the noise of
    the copies asked for, so that its minimum is one by chance
    (docs/repeats.md).
    """
    return replace(
        settings,
        latent=Noise2NoiseSpec(),
        # An estimate feeds all copies, so that there is one draw of it.
        fit=replace(
            settings.fit,
            learning_rate=min(settings.fit.learning_rate, _SPLIT_RATE),
            augment=True,
            num_samples=1,
        ),
        stopping=NoRule(),
        **_UNTOLD,
    )


def _for_noise_of_neighbours(
    settings: Settings, block: tuple[int, int]
) -> Settings:
    """Drop runs or squares of pixels, and ask for the middle of each.

    A pixel's neighbours tell of its noise and, in the first fit, may tell
    nothing of its detail; a second fit finds that, once the noise is known.
    """
    second = _recorrupted(settings, _RECORRUPTED_RATE_OF_NEIGHBOURS)
    return replace(_dropping(settings, block), second=second)


def _dropping(settings: Settings, block: tuple[int, int]) -> Settings:
    assert isinstance(settings.latent, BlindSpotSpec)
    return replace(
        settings,
        latent=replace(settings.latent, block=block),
        **_UNTOLD,
    )


def _for_smooth_noise(settings: Settings, shared: Recipe) -> Settings:
    """Fit what noise leaves of the details, then measure the noise on that.

    Noise is smooth where an image was interpolated, smoothed or compressed,
    and such an image has few details that are finer than a coarser grid, on
    which the network can be asked for pixels only whose noise no pixel that
    is seen shares. What is left of the image at its own grid is the noise
    and those details; once the noise is known, a second fit finds them.
    """
    second = _recorrupted(settings, _RECORRUPTED_RATE)
    if shared.rounded:
        second = replace(second, filters=_details(_SOME))
    return replace(
        settings,
        network=UNetSpec((64,) * 5),
        latent=BlindSpotSpec(0.3, shared.block),
        fit=replace(settings.fit, augment=True),
        binning=shared.binning,
        **_UNTOLD,
        second=second,
    )


def _for_smoothed(
    settings: Settings, pixels: Settings, shared: Recipe
) -> Settings:
    """Fit squares of pixels, then the pixels, and take the mean of both.

    Squares lose fine details, and pixels keep some noise that reaches
    further than the block that is dropped. The errors of both differ.
    """
    second = replace(
        _dropping(pixels, shared.block), filters=(*_RESIDUAL, PilotMean())
    )
    return replace(_for_smooth_noise(settings, shared), second=second)


def _recorrupted(settings: Settings, learning_rate: float) -> Settings:
    return Settings(
        network=_NETWORK,
        latent=RecorruptedSpec(strength=0.5),
        fit=replace(
            settings.fit,
            num_iter=_RECORRUPTED_ITERATIONS,
            optimiser='adam',
            warm_up=None,
            learning_rate=learning_rate,
            augment=True,
        ),
        # The noise of held-out pixels is that of their neighbours too.
        stopping=NoRule(),
        filters=_details(),
    )

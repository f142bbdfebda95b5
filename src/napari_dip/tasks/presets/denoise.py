"""What the presets of denoising stand for, given the image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from napari_dip.engine.early_stopping import HeldOut
from napari_dip.engine.optimisers import OptimiserName
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.chains.plane_by_plane import PlaneByPlane
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    Chain,
    NlBayes,
    ResidualStructure,
    SideBySide,
)
from napari_dip.images.repeats import Repeats
from napari_dip.images.stacks.depth import NoVolumeError
from napari_dip.images.validation import check_choice
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.networks import UNetSpec
from napari_dip.noise.detector import Detector
from napari_dip.noise.model import NoiseModel
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import NETWORK_3D, Settings
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.by_noise import Choices, by_noise, split_repeats
from napari_dip.tasks.presets.deep_image_prior import (
    plain_settings,
    published_denoising,
)

# At full resolution, for a trunk at half of it leaves a faint chequerboard;
# its few channels there cost little.
_NETWORK = UNetSpec((32, 48, 64, 64, 64), reduction=1)

_STRUCTURE: Chain = (Calibrate(), ResidualStructure())
_RESIDUAL: Chain = (*_STRUCTURE, Bm3d(0.75))
_COVARIANCES: Chain = (*_RESIDUAL, NlBayes(0.5))
# Where the fit is long, so that it has missed little (docs/decisions/0019).
_SIDE_BY_SIDE: Chain = (*_STRUCTURE, SideBySide((Bm3d(0.3), NlBayes(0.4))))


def _light(
    num_iter: int,
    learning_rate: float,
    num_samples: int,
    optimiser: OptimiserName = 'muon',
) -> Settings:
    return Settings(
        network=_NETWORK,
        latent=BlindSpotSpec(0.15),
        fit=FitSettings(
            num_iter=num_iter,
            optimiser=optimiser,
            learning_rate=learning_rate,
            # Muon bears its rate after so few iterations; a longer rise only
            # makes the first previews wait.
            warm_up=20 if optimiser == 'muon' else None,
            gradient_clipping=2.0,
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
        filters=_COVARIANCES,
    )


SETTINGS = {
    'fast': _light(100, 0.012, 8),
    'balanced': _light(400, 0.006, 16),
    'best': replace(_light(2000, 0.003, 32), filters=_SIDE_BY_SIDE),
    'ulyanov2018': RECIPES['denoising'],
}

# Of bins of independent noise: they are few and noisy, and a longer fit learns
# them by heart. At twice the rate previews fall again before the end.
BINNED = _light(50, 0.006, 8)

# Where noise is correlated all around. Muon gains nothing there.
CORRELATED = {
    'fast': _light(200, 0.003, 8, 'adam'),
    'balanced': _light(600, 0.003, 16, 'adam'),
    # Twice as many gain 0.01 to 0.07 dB and learn the noise of small images.
    'best': _light(1000, 0.003, 32, 'adam'),
}


def choose_settings(
    preset: str,
    planes: NDArray[Any],
    noise: NoiseModel,
    repeats: Repeats | None = None,
    method: DeepImagePrior | None = None,
) -> Settings:
    """Return the settings that a preset stands for, given the image.

    Parameters
    ----------
    preset : str
        Name of the preset.
    planes : (C, M, N) ndarray
        The image; (C, L, M, N) of a volume.
    noise : NoiseModel
        Its noise.
    repeats : Repeats, optional
        What the image is the mean of, where it is one.
    method : DeepImagePrior, optional
        Deep image prior as such, if it was asked for.

    Raises
    ------
    ValueError
        If there is no such fit of a volume.
    """
    choose = _of_planes if planes.ndim == 3 else _of_volume
    return choose(preset, planes, noise, repeats, method)


def _of_planes(
    preset: str,
    planes: NDArray[Any],
    noise: NoiseModel,
    repeats: Repeats | None,
    method: DeepImagePrior | None,
) -> Settings:
    check_choice(preset, PRESETS, 'preset')
    settings = SETTINGS[preset]
    if method is not None or not settings.latent.hides_pixels:
        published = published_denoising(planes, noise)
        if method is None:
            return RECIPES[published]
        return plain_settings(method, preset, published, noise)
    if repeats is not None and not noise.correlation.independent:
        return split_repeats(settings)
    return by_noise(
        Choices(settings, BINNED, CORRELATED[preset]), planes, noise
    )


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
    samples = settings.fit.average == 'posterior'
    if not settings.latent.hides_pixels and not samples:
        raise ValueError(
            f'uncertainty: with the preset {preset!r}, or deep image prior, '
            'the network sees every pixel, and none is left to measure its '
            'error by; choose another, sample the posterior, or leave the '
            'uncertainty out.'
        )


def _of_volume(
    preset: str,
    planes: NDArray[Any],
    noise: NoiseModel,
    repeats: Repeats | None,
    method: DeepImagePrior | None,
) -> Settings:
    if noise.correlation.all_around:
        raise NoVolumeError(
            "fit: 'volume' is not there for noise that is correlated all "
            "around; take fit='series'."
        )
    if repeats is not None:
        raise ValueError(
            'repeats: a fit of a volume takes none; leave them out, or take '
            "fit='planes'."
        )
    # Voxels have neighbours enough for the few photons that are in each.
    one_by_one = replace(noise, binning=1)
    settings = _of_planes(preset, planes, one_by_one, repeats, method)
    if method is not None or not settings.latent.hides_pixels:
        raise ValueError(
            "fit: 'volume' is not there for deep image prior as such; take "
            "fit='planes', or another method and preset."
        )
    return replace(
        settings,
        network=NETWORK_3D,
        # As many voxels as eight windows of 64 × 64 pixels have.
        fit=replace(settings.fit, window=32, num_windows=1),
        filters=(PlaneByPlane(settings.filters),),
        second=None,
    )

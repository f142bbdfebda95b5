"""What the presets of inpainting stand for, given the mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label

from napari_dip.engine.early_stopping import HeldOut
from napari_dip.engine.settings import FitSettings
from napari_dip.fills.autoregressive import Autoregressive
from napari_dip.fills.in_planes import InPlanes
from napari_dip.fills.other_channels import OtherChannels
from napari_dip.fills.smooth import Biharmonic, Harmonic
from napari_dip.filters.refinement import LowRank
from napari_dip.images.validation import check_choice
from napari_dip.latents.held_out_holes import HeldOutHolesSpec
from napari_dip.networks import UNetSpec
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import NETWORK_3D, Settings
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.deep_image_prior import plain_settings

#: What is measured on the held-out holes, and combined.
FILLS = (Harmonic(), Biharmonic(), Autoregressive(4))


def _light(
    widths: tuple[int, ...],
    num_iter: int,
    latent: HeldOutHolesSpec,
    *,
    num_samples: int,
    rounds: int,
) -> Settings:
    return Settings(
        network=UNetSpec(widths, reduction=1),
        latent=latent,
        fit=FitSettings(
            num_iter=num_iter,
            optimiser='muon',
            learning_rate=1e-2,
            window=64,
            num_windows=6,
            augment=True,
            average='weights',
            decay=0.97,
            num_samples=num_samples,
        ),
        filters=(LowRank(rounds),),
        stopping=HeldOut(min_start=num_iter // 4, patience=num_iter // 2),
    )


SETTINGS = {
    'fast': _light(
        (16, 24, 32),
        30,
        HeldOutHolesSpec(FILLS, 3),
        num_samples=2,
        rounds=8,
    ),
    'balanced': _light(
        (32, 48, 64, 64, 64),
        200,
        HeldOutHolesSpec(FILLS, 6, 4),
        num_samples=8,
        rounds=24,
    ),
    'best': _light(
        (32, 48, 64, 64, 64),
        800,
        HeldOutHolesSpec(FILLS, 12, 4),
        num_samples=8,
        rounds=48,
    ),
}

#: Of volumes. What planes tell of each other is left to the held-out holes.
FILLS_3D = (
    Harmonic(),
    Biharmonic(),
    Autoregressive(1),
    InPlanes(Biharmonic()),
)

# Which of the published recipes fits a mask: the paper used one for text
# and scratches, one for a large hole, and two for scattered pixels.
_MOST = 0.9
_HALF = 0.3
_LARGE_RADIUS = 16


def trims_known(preset: str) -> bool:
    """Whether a preset fits only what lies around the missing pixels.

    The published recipe is that of the whole image.
    """
    return preset != 'ulyanov2018'


def choose_settings(
    preset: str,
    missing: NDArray[np.bool_],
    method: DeepImagePrior | None = None,
) -> Settings:
    """Return the settings that a preset stands for, given the mask.

    Parameters
    ----------
    preset : str
        Name of the preset.
    missing : (C, M, N) ndarray of bool
        True where a pixel is missing; (C, L, M, N) of a volume.
    method : DeepImagePrior, optional
        Deep image prior as such, if it was asked for.

    Raises
    ------
    ValueError
        If there is no such fit of a volume.
    """
    check_choice(preset, PRESETS, 'preset')
    if missing.ndim > 3:
        return _of_volume(preset, missing, method)
    if method is None and preset != 'ulyanov2018':
        return _with_other_channels(SETTINGS[preset], missing)
    published = published_for(missing, float(_distances(missing).max()))
    if method is None:
        return RECIPES[published]
    settings = plain_settings(method, preset, published)
    # What is there is known as it is.
    return replace(settings, stabilise_noise=False, undo_clipping=False)


def _of_volume(
    preset: str, missing: NDArray[np.bool_], method: DeepImagePrior | None
) -> Settings:
    if method is not None or preset == 'ulyanov2018':
        raise ValueError(
            "fit: 'volume' is not there for deep image prior as such; take "
            "fit='planes', or another method and preset."
        )
    settings = SETTINGS[preset]
    latent = settings.latent
    assert isinstance(latent, HeldOutHolesSpec)
    of_volume = replace(
        settings,
        network=NETWORK_3D,
        latent=replace(latent, fills=FILLS_3D),
        # As many voxels as six windows of 64 × 64 pixels have, or more.
        fit=replace(settings.fit, window=32, num_windows=1),
        filters=(),
    )
    return _with_other_channels(of_volume, missing)


def _with_other_channels(
    settings: Settings, missing: NDArray[np.bool_]
) -> Settings:
    """Add the fill by other channels, if one is known where one is not."""
    if not (missing.any(axis=0) & ~missing.all(axis=0)).any():
        return settings
    latent = settings.latent
    assert isinstance(latent, HeldOutHolesSpec)
    fills = *latent.fills, OtherChannels()
    return replace(settings, latent=replace(latent, fills=fills))


def _distances(missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance of each missing pixel to the nearest known one, in pixels."""
    plane = missing.any(axis=0)
    distances: NDArray[np.float64] = distance_transform_edt(plane)[plane]
    return distances


def published_for(missing: NDArray[np.bool_], largest_radius: float) -> str:
    """Name the published recipe of a mask.

    Parameters
    ----------
    missing : (C, M, N) ndarray of bool
        True where a pixel is missing.
    largest_radius : float
        Greatest distance of a missing pixel to a known one, in pixels.
    """
    part = float(missing.mean())
    if part >= _MOST:
        return 'most-missing'
    if part >= _HALF:
        return 'half-missing'
    if largest_radius < _LARGE_RADIUS:
        return 'text'
    # The vase has one hole, the library many.
    _, holes = label(missing.any(axis=0))
    return 'vase' if holes == 1 else 'library'

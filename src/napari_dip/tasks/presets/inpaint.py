"""What the presets of inpainting stand for, given the mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label

from napari_dip.engine.early_stopping import HeldOut
from napari_dip.engine.optimisers.choice import OptimiserName
from napari_dip.filters.refinement import Texture
from napari_dip.images.validation import check_choice
from napari_dip.networks import UNetSpec
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import Settings, whole_image
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.deep_image_prior import plain_settings


def _light(
    widths: tuple[int, ...],
    num_iter: int,
    *,
    reduction: int,
    from_nothing: bool = False,
    optimiser: OptimiserName = 'adam',
    learning_rate: float = 1e-2,
) -> Settings:
    return whole_image(
        UNetSpec(widths, reduction=reduction, norm='batch'),
        num_iter,
        HeldOut(part=0.01, min_start=num_iter // 4, patience=num_iter // 2),
        optimiser=optimiser,
        learning_rate=learning_rate,
        filters=(Texture(from_nothing),),
    )


def _scattered(widths: tuple[int, ...], num_iter: int) -> Settings:
    return _light(
        widths,
        num_iter,
        reduction=1,
        from_nothing=True,
        optimiser='muon',
        learning_rate=2e-2,
    )


# Scratches, text and holes want a trunk that sees far. With Muon text gained
# and a large hole lost.
SETTINGS = {
    'fast': _light((32, 64, 64, 64, 64), 250, reduction=2),
    'balanced': _light((64, 64, 128, 128, 128), 500, reduction=2),
    'best': _light((64, 64, 128, 128, 128), 1500, reduction=2),
}

# Scattered pixels want one that sees every pixel.
SETTINGS_SCATTERED = {
    'fast': _scattered((16, 32, 64, 64, 64), 125),
    'balanced': _scattered((32, 48, 64, 64, 64), 350),
    'best': _scattered((32, 48, 64, 64, 64), 500),
}

# Mean distance of a missing pixel to a known one, in pixels: 1.0 for half of
# the pixels missing at random, 1.3 for lines three pixels wide.
_SCATTERED = 1.25

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
        True where a pixel is missing.
    method : DeepImagePrior, optional
        Deep image prior as such, if it was asked for.
    """
    check_choice(preset, PRESETS, 'preset')
    distances = _distances(missing)
    published = published_for(missing, float(distances.max()))
    if method is not None:
        settings = plain_settings(method, preset, published)
        # What is there is known as it is.
        return replace(settings, stabilise_noise=False, undo_clipping=False)
    if preset == 'ulyanov2018':
        return RECIPES[published]
    if distances.mean() < _SCATTERED:
        return SETTINGS_SCATTERED[preset]
    return SETTINGS[preset]


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

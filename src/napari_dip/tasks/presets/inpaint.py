"""What the presets of inpainting stand for, given the mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from napari_dip.engine.early_stopping import HeldOut
from napari_dip.engine.optimisers.choice import OptimiserName
from napari_dip.filters.refinement import Texture
from napari_dip.images.validation import check_choice
from napari_dip.latents.noise import MeshGridSpec
from napari_dip.networks import SkipSpec, UNetSpec
from napari_dip.networks.skip import Upsampling
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import noise, publish
from napari_dip.presets.settings import (
    Settings,
    whole_image,
)


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

_NEAREST: tuple[Upsampling, ...] = ('nearest',) * 5
_KATE = (16, 32, 64, 128, 128)
# 'ulyanov2018', by the notebook's mask.
PUBLISHED = {
    'text': publish(
        SkipSpec(skip=(128,) * 5, upsampling=_NEAREST), noise(0.03), 6001
    ),
    'large hole': publish(
        SkipSpec(skip=(0,) * 5, upsampling=_NEAREST),
        MeshGridSpec(jitter=0.03),
        5001,
    ),
    'half missing': publish(
        SkipSpec(), noise(0.03), 11000, learning_rate=0.001
    ),
    'most missing': publish(
        SkipSpec(down=_KATE, up=_KATE, skip=(0,) * 5, downsampling='average'),
        noise(0.0),
        1000,
    ),
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


def choose_settings(preset: str, missing: NDArray[np.bool_]) -> Settings:
    """Return the settings that a preset stands for, given the mask.

    Parameters
    ----------
    preset : str
        Name of the preset.
    missing : (C, M, N) ndarray of bool
        True where a pixel is missing.
    """
    check_choice(preset, PRESETS, 'preset')
    distances = _distances(missing)
    if preset == 'ulyanov2018':
        return _published_for(missing, float(distances.max()))
    if distances.mean() < _SCATTERED:
        return SETTINGS_SCATTERED[preset]
    return SETTINGS[preset]


def _distances(missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance of each missing pixel to the nearest known one, in pixels."""
    plane = missing.any(axis=0)
    distances: NDArray[np.float64] = distance_transform_edt(plane)[plane]
    return distances


def _published_for(
    missing: NDArray[np.bool_], largest_radius: float
) -> Settings:
    part = float(missing.mean())
    if part >= _MOST:
        return PUBLISHED['most missing']
    if part >= _HALF:
        return PUBLISHED['half missing']
    if largest_radius >= _LARGE_RADIUS:
        return PUBLISHED['large hole']
    return PUBLISHED['text']

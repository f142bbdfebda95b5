"""What is restored where only time and memory count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from napari_dip.presets.options import Options
from napari_dip.session.base import Restoration
from napari_dip.tasks.denoise import start_denoising
from napari_dip.tasks.inpaint import start_inpainting
from napari_dip.tasks.super_resolve import start_super_resolution

_FACTOR = 4


@dataclass(frozen=True)
class Input:
    """A ramp in noise: an iteration costs the same whatever it sees.

    Parameters
    ----------
    image : ndarray
        Of little structure.
    mask : ndarray of bool, optional
        Where pixels are missing.
    factor : int, optional
        By which it is enlarged.
    """

    image: NDArray[Any]
    mask: NDArray[np.bool_] | None = None
    factor: int | None = None

    @property
    def task(self) -> str:
        """Name of the public function."""
        if self.factor is not None:
            return 'super_resolve'
        return 'denoise' if self.mask is None else 'inpaint'

    def start(self, options: Options) -> Restoration:
        """Start its restoration."""
        if self.factor is not None:
            return start_super_resolution(
                self.image, self.factor, options=options
            )
        if self.mask is not None:
            return start_inpainting(self.image, self.mask, options=options)
        return start_denoising(self.image, options=options)


def make_input(kind: str, side: int) -> Input:
    """Make the input of a result of so many pixels along a side."""
    generator = np.random.default_rng(0)
    # Noise alone would be looked at in squares of pixels.
    light = np.tile(np.linspace(20, 80, side), (side, 1))
    image = generator.poisson(light).astype(np.uint16)
    if kind == 'enlarge':
        given = side // _FACTOR
        return Input(image[:given, :given], factor=_FACTOR)
    if kind == 'correlated':
        return Input(gaussian_filter(image.astype(float), 1.0))
    if kind == 'denoise':
        return Input(image)
    mask = np.zeros(image.shape, bool)
    if kind == 'scattered':
        mask = generator.random(image.shape) < 0.5
    elif kind == 'scratch':
        mask[side // 3 : side // 3 + 6, side // 3 : side // 2] = True
    else:
        # Some in every tile of a large one.
        mask[np.arange(side) % 64 >= 56] = True
    return Input(image, mask)

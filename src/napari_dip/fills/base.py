"""What a quick fill is, and how it is applied to channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from napari_dip.device.clock import CutShort, look_up
from napari_dip.grid.binning import first_guess
from napari_dip.grid.by_axes import ByAxes
from napari_dip.grid.regions import Shape, tile_windows

Image = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Fill(Protocol):
    """A way to fill an image that takes about a second.

    It is linear in the known pixels, or nearly so, and never changes them.
    """

    @property
    def name(self) -> str:
        """What the record calls it."""

    def terms(self, ndim: int) -> int:
        """Coefficients of the equations of a pixel."""

    def explained(self, planes: Image, missing: Mask, channel: int) -> Image:
        """Return what is known of a channel beforehand; the rest is filled.

        Parameters
        ----------
        planes : (channels, ...) ndarray of float64
            Finite where they are known.
        missing : ndarray of bool
            Same shape.
        channel : int
            Which.
        """
        del missing
        return np.zeros_like(planes[channel])

    def __call__(self, image: Image, missing: Mask) -> Image:
        """Fill one channel, of any number of axes.

        Parameters
        ----------
        image : ndarray of float64
            Finite where it is known.
        missing : ndarray of bool
            Same shape. One pixel at least is known.
        """


# Side of the parts that a large image is filled in, and of what is seen
# around each: what a fill takes beside the image grows with them.
_SIDE: ByAxes[int] = ByAxes('part', 512, 512, 128)
_HALO: ByAxes[int] = ByAxes('margin', 64, 64, 16)
# Operations for each coefficient of a missing pixel, which a processor takes
# as long for in a network.
_OF_MISSING = 8_000
# Bytes of the equations of a missing pixel, and of one within reach of it.
_BYTES, _OF_NEAR = 3_500, 1_000


def work_of_fills(
    fills: Sequence[Fill], shape: Shape, missing: float
) -> float:
    """Return the operations of filling a channel of which a part is."""
    terms = sum(fill.terms(len(shape)) for fill in fills)
    return math.prod(shape) * terms * missing * _OF_MISSING


def memory_of_fills(missing: Mask) -> float:
    """Return the bytes that it takes to fill these of ``(channels, ...)``."""
    around = np.ones((1,) + (9,) * (missing.ndim - 1), bool)
    near = binary_dilation(missing, around).mean()
    shape = missing.shape[1:]
    part = math.prod(min(n, _SIDE[len(shape)]) for n in shape)
    return float((_OF_NEAR * near + _BYTES * missing.mean()) * part)


def fill_channels(
    fill: Fill, planes: NDArray[Any], missing: Mask
) -> NDArray[np.float32]:
    """Fill each channel on its own, within the range of its known pixels.

    A large image is filled in parts. One that holds no known pixel is left
    to coarser means, and so is what is left when whoever watches ends it.

    Parameters
    ----------
    fill : Fill
        How.
    planes : ndarray
        ``(channels, *shape)``.
    missing : ndarray of bool
        Same shape.
    """
    shape = planes.shape[1:]
    filled = first_guess(planes, ~missing, shape)
    ndim = len(shape)
    for tile, seen in tile_windows(shape, _SIDE[ndim], _HALO[ndim]):
        lost = seen.cut(missing)
        images = np.where(lost, 0, seen.cut(planes)).astype(np.float64)
        for channel, (image, holes) in enumerate(
            zip(images, lost, strict=True)
        ):
            out, wanted = filled[channel], tile.cut(missing[channel])
            known = image[~holes]
            if not wanted.any() or not known.size:
                continue
            if look_up():
                return filled
            told = fill.explained(images, lost, channel)
            rest = np.where(holes, 0, image - told)
            try:
                found = told + fill(rest, holes)
            except CutShort:
                return filled
            found = np.clip(found, known.min(), known.max())
            part = tile.inside(seen).cut(found)
            np.copyto(tile.cut(out), part, where=wanted, casting='unsafe')
    return filled

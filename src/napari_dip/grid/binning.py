"""A coarser grid than the image has: bins, and a first guess of pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import zoom
from torch.nn import functional as F

from napari_dip.grid.by_axes import linear
from napari_dip.grid.regions import Region, Shape

Array = NDArray[np.float64]

# The noise of fewer blocks is too little known.
_LEAST_SIDE = 32


def largest_bins(shape: Shape) -> int:
    """Side of the largest bins that leave an image enough of them.

    Parameters
    ----------
    shape : tuple of int
        Shape of the image.
    """
    return max(1, min(shape) // _LEAST_SIDE)


def bin_planes(
    planes: NDArray[Any], known: NDArray[np.bool_], side: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Average bins of pixels, squares or cubes.

    Parameters
    ----------
    planes : ndarray
        ``(channels, *shape)``.
    known : ndarray of bool
        Same shape; only known pixels are averaged.
    side : int
        Pixels along a side of a block. An image that is no multiple is
        continued by its outermost pixels.

    Returns
    -------
    planes, known : ndarray
        A block is known where one of its pixels is.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(1, 4, 4)
    >>> bin_planes(image, np.ones_like(image, bool), 2)[0]
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    margins = [(0, 0), *((0, -n % side) for n in planes.shape[1:])]
    values = np.pad(np.where(known, planes, 0).astype(float), margins, 'edge')
    counts = np.pad(known.astype(float), margins, 'edge')
    total, count = _sum_blocks(values, side), _sum_blocks(counts, side)
    return total / np.maximum(count, 1), count > 0


def _sum_blocks(values: Array, side: int) -> Array:
    channels, *shape = values.shape
    pairs = [part for n in shape for part in (n // side, side)]
    within = tuple(range(2, 2 * len(shape) + 1, 2))
    total: Array = values.reshape(channels, *pairs).sum(axis=within)
    return total


def unbin_planes(planes: NDArray[Any], side: int, shape: Shape) -> Array:
    """Interpolate binned planes at the pixels of the image, by cubic splines.

    Parameters
    ----------
    planes : ndarray
        ``(channels, *shape)``.
    side : int
        As given to :func:`bin_planes`.
    shape : tuple of int
        Shape of the image.
    """
    finer = [
        zoom(plane, side, order=3, mode='nearest', grid_mode=True)
        for plane in planes.astype(float)
    ]
    return Region.whole(shape).cut(np.stack(finer))


def first_guess(
    planes: NDArray[Any], known: NDArray[np.bool_], shape: Shape
) -> NDArray[np.float32]:
    """Fill missing pixels smoothly, and upsample linearly.

    Parameters
    ----------
    planes : ndarray
        ``(channels, *shape)``.
    known : ndarray of bool
        Same shape; False where a pixel is missing.
    shape : tuple of int
        Shape of the result: as many pixels, or a multiple.
    """
    filled = _fill(planes, known)
    return filled if filled.shape[1:] == shape else _upsample(filled, shape)


def _fill(
    planes: NDArray[Any], known: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Take from ever coarser means what is missing."""
    kept = np.where(known, planes, 0).astype(np.float32)
    if known.all() or planes[0].size == 1:
        return kept
    guess = _fill(*bin_planes(planes, known, 2))
    finer = _upsample(guess, tuple(2 * n for n in guess.shape[1:]))
    inside = Region.whole(planes.shape[1:])
    np.copyto(kept, inside.cut(finer), where=~known)
    return kept


def _upsample(
    planes: NDArray[np.float32], shape: Shape
) -> NDArray[np.float32]:
    finer: NDArray[np.float32] = F.interpolate(
        torch.from_numpy(planes)[None], shape, mode=linear[len(shape)]
    )[0].numpy()
    return finer

"""Fitting at a coarser grid than the image has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

Array = NDArray[np.float64]

# The noise of fewer squares is too little known.
_LEAST_SIDE = 32


def largest_squares(shape: tuple[int, ...]) -> int:
    """Side of the largest squares that leave a plane enough of them.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the plane.
    """
    return max(1, min(shape) // _LEAST_SIDE)


def bin_planes(
    planes: NDArray[Any], known: NDArray[np.bool_], side: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Average squares of pixels.

    Parameters
    ----------
    planes : ndarray
        ``(channels, rows, columns)``.
    known : ndarray of bool
        Same shape; only known pixels are averaged.
    side : int
        Pixels along a side of a square. An image that is no multiple is
        continued by its outermost pixels.

    Returns
    -------
    planes, known : ndarray
        A square is known where one of its pixels is.

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
    total, count = _sum_squares(values, side), _sum_squares(counts, side)
    return total / np.maximum(count, 1), count > 0


def _sum_squares(values: Array, side: int) -> Array:
    channels, rows, columns = values.shape
    squares = values.reshape(
        channels, rows // side, side, columns // side, side
    )
    total: Array = squares.sum(axis=(2, 4))
    return total


def unbin_planes(
    planes: NDArray[Any], side: int, shape: tuple[int, int]
) -> Array:
    """Interpolate binned planes at the pixels of the image, by cubic splines.

    Parameters
    ----------
    planes : ndarray
        ``(channels, rows, columns)``.
    side : int
        As given to :func:`bin_planes`.
    shape : tuple of int
        Rows and columns of the image.
    """
    rows, columns = shape
    finer = [
        zoom(plane, side, order=3, mode='nearest', grid_mode=True)
        for plane in planes.astype(float)
    ]
    return np.stack(finer)[:, :rows, :columns]

"""Smooth fills: the surface of least energy through the known pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import mul

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import binary_dilation

from napari_dip.fills.base import Fill, Image, Mask
from napari_dip.fills.equations import AT_ONCE, least_energy, solved

# Of the equations of a thin plate: what then is left does not show.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Harmonic(Fill):
    """The surface of a soap film: its Laplacian is zero in a hole."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        return 'harmonic interpolation'

    def terms(self, ndim: int) -> int:
        """Coefficients of the equations of a pixel."""
        return 1 + 2 * ndim

    def __call__(self, image: Image, missing: Mask) -> Image:
        """Fill one channel."""
        laplacian = laplace_rows(missing, np.flatnonzero(missing))
        holes = np.flatnonzero(missing)
        known = np.where(missing, 0, image).ravel()
        filled = image.copy()
        filled[missing] = solved(
            -laplacian[:, holes], laplacian @ known, _at_once(image.ndim)
        )
        return filled


@dataclass(frozen=True)
class Biharmonic(Fill):
    """The surface of a thin plate: its Laplacian is as small as it can be."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        return 'biharmonic interpolation'

    def terms(self, ndim: int) -> int:
        """Coefficients of the equations of a pixel."""
        return 1 + 2 * ndim + 2 * ndim**2

    def __call__(self, image: Image, missing: Mask) -> Image:
        """Fill one channel."""
        # Whatever the equations leave is not a part of the slope.
        slope = _plane(image, missing)
        start = np.where(missing, 0, image - slope)
        rows, given = bending_rows(start, missing)
        filled = least_energy(
            start,
            missing,
            [rows],
            [given],
            tolerance=_TOLERANCE,
            at_once=_at_once(image.ndim),
        )
        return np.where(missing, filled + slope, image)


def _at_once(ndim: int) -> float:
    """Missing pixels that are solved for at once."""
    # The factors of a volume fill the memory.
    return AT_ONCE if ndim > 2 else np.inf


def _plane(image: Image, missing: Mask) -> Image:
    """Plane of least squares through the known pixels."""
    mean, known = image[~missing].mean(), ~missing
    axes: list[Image] = [
        axis - np.broadcast_to(axis, image.shape)[known].mean()
        for axis in np.ogrid[*map(slice, image.shape)]
    ]
    seen = np.stack([np.broadcast_to(x, image.shape)[known] for x in axes])
    # The least slope, if the pixels tell none along an axis.
    slope = np.linalg.lstsq(seen @ seen.T, seen @ (image[known] - mean))[0]
    plane: Image = mean + sum(map(mul, slope, axes))
    return plane


def bending_rows(
    image: Image, missing: Mask
) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """Return what bends near the holes.

    Returns
    -------
    rows : sparse array
        Laplacian of the missing pixels.
    given : ndarray
        That of the known ones.
    """
    rows = laplace_rows(missing, np.flatnonzero(binary_dilation(missing)))
    known = np.where(missing, 0, image).ravel()
    return rows[:, np.flatnonzero(missing)], rows @ known


def laplace_rows(missing: Mask, pixels: NDArray[np.intp]) -> sparse.csr_array:
    """Rows of the Laplacian at some pixels; the image is mirrored outside."""
    shape = missing.shape
    places = np.unravel_index(pixels, shape)
    row = np.arange(len(pixels))
    rows, columns, values = [], [], []
    for axis, length in enumerate(shape):
        for step in (-1, 1):
            there = list(places)
            there[axis] = places[axis] + step
            inside = (there[axis] >= 0) & (there[axis] < length)
            there = [place[inside] for place in there]
            rows += [row[inside]] * 2
            columns += [np.ravel_multi_index(there, shape), pixels[inside]]
            values += [np.ones(inside.sum()), -np.ones(inside.sum())]
    return sparse.csr_array(
        (
            np.concatenate(values),
            (np.concatenate(rows), np.concatenate(columns)),
        ),
        (len(pixels), reduce(int.__mul__, shape, 1)),
    )

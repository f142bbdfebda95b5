"""Smooth fills: the surface of least energy through the known pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import binary_dilation
from scipy.sparse.linalg import splu

from napari_dip.fills.base import Fill, Image, Mask


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
        return solved(image, missing, -laplacian[:, holes], laplacian @ known)


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
        rows, given = bending_rows(image, missing)
        return solved(image, missing, rows.T @ rows, -(rows.T @ given))


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


def solved(
    image: Image,
    missing: Mask,
    matrix: sparse.csr_array,
    right: NDArray[np.float64],
) -> Image:
    """Put the solution of symmetric equations into the holes."""
    factors = splu(
        matrix.tocsc(),
        permc_spec='MMD_AT_PLUS_A',
        diag_pivot_thresh=0.0,
        options={'SymmetricMode': True},
    )
    filled = image.copy()
    filled[missing] = factors.solve(right)
    return filled

"""A fill by the texture around: each pixel follows from its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import binary_dilation, uniform_filter1d

from napari_dip.device.clock import go_on
from napari_dip.fills.base import Fill, Image, Mask
from napari_dip.fills.equations import AT_ONCE, least_energy
from napari_dip.fills.smooth import Biharmonic, bending_rows

# Side of the boxes that have coefficients of their own, told by them and
# those around.
_SIDE = 32
# Pixels of the whole image, for each coefficient, that those of a box are
# weighed with.
_PRIOR = 10.0
# Complete neighbourhoods that a coefficient takes; where there are fewer,
# neighbours that are missing are filled first.
_LEAST = 20
# Of the mean square of a neighbour: keeps the coefficients of a smooth image
# from growing. Of the energy: what no neighbourhood reaches is a thin plate.
_RIDGE, _PLATE = 1e-4, 1e-3
# Least error of a box, of that of the image.
_LEAST_ERROR = 1e-2
# Of the equations of more pixels than are solved for at once.
_TOLERANCE = 3e-4
# Pixels whose prediction is made at a time.
_PART = 2**13
# Multiplications of a product of matrices that OpenBLAS leaves to one thread.
_ONE_THREAD = 2**18

_Offset = tuple[int, ...]
_Floats = NDArray[np.float64]
_Pixels = NDArray[np.int32]


@dataclass(frozen=True)
class Autoregressive(Fill):
    """The image of least prediction error, of filters learnt around it.

    Each pixel is predicted from those before it, along each axis in both
    directions; the coefficients are those of least squares where all
    neighbours are known.

    Parameters
    ----------
    reach : int
        How far a neighbour may be, in pixels.
    regional : bool
        Whether each part of the image has coefficients of its own.

    References
    ----------
    .. [1] A. Kokaram, "Motion Picture Restoration", Springer 1998: the
           least-squares autoregressive interpolator.
    """

    reach: int = 4
    regional: bool = True

    @property
    def name(self) -> str:
        """What the record calls it."""
        return f'autoregression over {self.reach} pixels'

    def terms(self, ndim: int) -> int:
        """Coefficients of the equations of a pixel, in each direction."""
        around: int = (2 * self.reach + 1) ** ndim
        return ndim * (around + 1)

    def __call__(self, image: Image, missing: Mask) -> Image:
        """Fill one channel."""
        start = Biharmonic()(image, missing)
        known = image[~missing]
        mean, scale = known.mean(), known.std() or 1.0
        scaled = (start - mean) / scale
        rows, given = bending_rows(scaled, missing)
        found = [(rows * _PLATE**0.5, given * _PLATE**0.5)]
        for axis, sign in product(range(image.ndim), (-1, 1)):
            offsets = neighbours_before(image.ndim, self.reach, axis, sign)
            go_on()
            grid = _Grid.of(scaled, missing, offsets, self.reach)
            found.append(_prediction_rows(grid, regional=self.regional))
        filled = least_energy(
            scaled,
            missing,
            *zip(*found, strict=True),
            tolerance=_TOLERANCE,
            at_once=AT_ONCE,
        )
        back: Image = filled * scale + mean
        return back


def neighbours_before(
    ndim: int, reach: int, axis: int, sign: int
) -> list[_Offset]:
    """Offsets of the neighbours that come before a pixel.

    Examples
    --------
    >>> len(neighbours_before(2, 2, 0, 1))
    12
    """
    order = [axis, *(a for a in range(ndim) if a != axis)]
    around = range(-reach, reach + 1)
    return [
        offset
        for offset in product(around, repeat=ndim)
        if next((sign * offset[a] for a in order if offset[a]), 0) < 0
    ]


class _Grid(NamedTuple):
    """An image with a margin, as flat as it lies in memory.

    `told` are the pixels that coefficients are told by, `near` those whose
    prediction has to do with a missing one; `column` counts the missing
    pixels, and `steps` lead to the neighbours.
    """

    shape: tuple[int, ...]
    image: _Floats
    missing: Mask
    column: _Pixels
    inside: _Pixels
    steps: list[int]
    told: Mask
    near: Mask

    @classmethod
    def of(
        cls,
        image: Image,
        missing: Mask,
        offsets: list[_Offset],
        reach: int,
    ) -> _Grid:
        column: _Pixels = np.cumsum(missing, dtype=np.int32) - 1
        # The image is mirrored outside.
        padded = np.pad(image, reach, mode='symmetric')
        holes: Mask = np.pad(missing, reach, mode='symmetric')
        column = column.reshape(missing.shape)
        numbers: _Pixels = np.pad(column, reach, mode='symmetric')
        around = np.zeros((2 * reach + 1,) * image.ndim, bool)
        for offset in (*offsets, (0,) * image.ndim):
            around[tuple(reach - n for n in offset)] = True
        inner = (slice(reach, -reach),) * image.ndim
        near = binary_dilation(holes, around)[inner]
        told = ~near
        if told.sum() < _LEAST * len(offsets):
            told = ~missing
        pixels = np.arange(padded.size, dtype=np.int32)
        inside = pixels.reshape(padded.shape)[inner]
        strides = [n // padded.itemsize for n in padded.strides]
        steps = [
            sum(n * by for n, by in zip(offset, strides, strict=True))
            for offset in offsets
        ]
        flat = padded.ravel(), holes.ravel(), numbers.ravel()
        return cls(image.shape, *flat, inside, steps, told, near)

    def samples(self, pixels: _Pixels) -> _Floats:
        """Return neighbours, one a row, and the pixels themselves, last."""
        steps = np.array([*self.steps, 0], np.int32)
        there = pixels + steps[:, None]
        found: _Floats = self.image[there]
        return found

    def boxes(self) -> Iterator[tuple[tuple[int, ...], _Pixels]]:
        """Place of each box, and its pixels that coefficients are told by."""
        counts = [-(-length // _SIDE) for length in self.shape]
        for place in product(*map(range, counts)):
            box = tuple(slice(n * _SIDE, (n + 1) * _SIDE) for n in place)
            yield place, self.inside[box][self.told[box]]


def _coefficients(grid: _Grid, *, regional: bool) -> tuple[_Floats, _Floats]:
    """Coefficients of each box, ``(*boxes, offsets)``, and their errors."""
    number = len(grid.steps)
    counts = [-(-length // _SIDE) for length in grid.shape]
    # Neighbours with neighbours and with the pixel, last.
    products = np.zeros((*counts, number + 1, number + 1))
    told = np.zeros(counts)
    for place, pixels in grid.boxes():
        both = grid.samples(pixels)
        products[place] = _squared(both)
        told[place] = len(pixels)
    axes = tuple(range(len(counts)))
    whole = products.sum(axes) / told.sum()
    whole[:number, :number] += _RIDGE * np.eye(number)
    if not regional:
        products, told = np.zeros_like(products), np.zeros_like(told)
    for axis in axes:
        products = 3 * uniform_filter1d(products, 3, axis, mode='constant')
        told = 3 * uniform_filter1d(told, 3, axis, mode='constant')
    weight = _PRIOR * number
    mean = products + weight * whole
    mean /= (told + weight)[..., None, None]
    square, side = mean[..., :number, :number], mean[..., :number, number:]
    found = np.linalg.solve(square, side)
    explained = (found * side).sum((-2, -1))
    error = np.maximum(mean[..., number, number] - explained, 0)
    least = _LEAST_ERROR * error.mean() or 1.0
    return found[..., 0], np.maximum(error, least)


def _squared(rows: _Floats) -> _Floats:
    """Products of rows with each other, by parts that one thread computes.

    Threads that wait for each other, thousands of times, take longer than
    one on a machine that does other things too.
    """
    number, count = rows.shape
    length = max(_ONE_THREAD // number**2, 1)
    whole = count // length * length
    parts = rows[:, :whole].reshape(number, -1, length).swapaxes(0, 1)
    rest = rows[:, whole:]
    found: _Floats = (parts @ parts.swapaxes(1, 2).copy()).sum(0)
    return found + rest @ rest.T.copy()


def _prediction_rows(
    grid: _Grid, *, regional: bool
) -> tuple[sparse.csr_array, _Floats]:
    """Prediction errors near the holes, each by its deviation.

    Returns
    -------
    rows : sparse array
        Of the missing pixels.
    given : ndarray
        What the known ones make of them.
    """
    coefficients, error = _coefficients(grid, regional=regional)
    box = tuple(place // _SIDE for place in np.nonzero(grid.near))
    near = grid.inside[grid.near]
    steps = np.array([0, *grid.steps], np.int32)
    data, columns, counts, given = [], [], [], []
    # In parts that stay near to the processor.
    for first in range(0, len(near), _PART):
        part = slice(first, first + _PART)
        own = tuple(place[part] for place in box)
        weights = np.column_stack([np.ones(len(own[0])), -coefficients[own]])
        weights /= np.sqrt(error[own])[:, None]
        there = near[part, None] + steps
        lost = grid.missing[there]
        given.append(np.where(lost, 0, weights * grid.image[there]).sum(1))
        data.append(weights[lost])
        columns.append(grid.column[there[lost]])
        counts.append(lost.sum(1))
    ends = np.concatenate([[0], *counts]).cumsum()
    rows = sparse.csr_array(
        (np.concatenate(data), np.concatenate(columns), ends),
        (len(near), int(grid.missing[grid.inside].sum())),
    )
    # Where the image is mirrored a pixel may be its neighbour twice.
    rows.sum_duplicates()
    return rows, np.concatenate(given)

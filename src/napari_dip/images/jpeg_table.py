"""The quantisation table of a JPEG, found in the pixels it was read to.

JPEG rounds each cosine coefficient of its blocks to a multiple of a step, and
whoever reads the file rounds the pixels to grey levels. As long as nothing
else was done to them, their coefficients still lie near the multiples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_dip.noise.jpeg import (
    GREATEST,
    SIDE,
    blocks_of,
    magnitudes_of,
    standard_table,
)

Array = NDArray[np.float64]

#: Best quality, of the smallest steps.
MOST_QUALITY = 100

# Grey levels. Rounding the pixels moves a coefficient by 0.29, the root of a
# twelfth; of a normal value this is the distance that one in 30,000 exceeds.
_NEAR = 4 * 12**-0.5
# In smooth areas rounded pixels make stairs, and these coefficients so great.
_ZERO = 3.0
# Coefficients that lie near a multiple; pixels clipped to black or white move
# a few.
_MOST = 0.95
# How much likelier the multiples are than none before a step is believed: a
# million times, of all steps of all coefficients.
_BELIEVED = np.log(1e6 * SIDE**2 * GREATEST)
# Part of the evidence for the likeliest steps, one by one, that the standard
# table has if it is the one: some of those are multiples of its own.
_STANDARD = 0.5
# So many tell a step.
_VALUES = 500


@dataclass(frozen=True)
class Table:
    """How JPEG has quantised a plane.

    Parameters
    ----------
    steps : (8, 8) ndarray
        Step of each coefficient, rows first, in the units of the plane.
    first : tuple of int
        Row and column of the first pixel of a block.
    quality : int or None
        Of the standard table that it is; None if it is another.
    """

    steps: Array
    first: tuple[int, int] = (0, 0)
    quality: int | None = None


def grey_level(plane: Array) -> float | None:
    """Return what a grey level of 8 bits is in a plane.

    Whole numbers from 0 to 255 are grey levels. Others have the same distance
    from each other, or a multiple of it. None if they are more than 8 bits
    hold, or lie anywhere.
    """
    values = np.unique(plane)
    if values[0] >= 0 and values[-1] <= GREATEST and (values % 1 == 0).all():
        return 1.0
    if not 2 <= len(values) <= GREATEST + 1:
        return None
    gaps = np.diff(values)
    level = float(gaps.min())
    multiples = (values - values[0]) / level
    if multiples[-1] > GREATEST:
        return None
    if np.abs(multiples - np.rint(multiples)).max() > 0.01:  # float32
        return None
    return level


def find_table(plane: Array, level: float) -> Table | None:
    """Find how JPEG has quantised a plane of brightness.

    Parameters
    ----------
    plane : (M, N) ndarray
        One plane; a part of what was compressed will do.
    level : float
        What a grey level of 8 bits is in it.

    Returns
    -------
    Table or None
        None where nothing tells of a compression that can be undone.
    """
    grey = (plane - plane.min()) / level
    found = [
        (*_of_blocks(grey, first), first) for first in _first_pixels(grey)
    ]
    believed = [one for one in found if one[0] >= _BELIEVED]
    if not believed:
        return None
    # Edges of blocks repeat within blocks laid otherwise, but by steps of no
    # standard table.
    _, steps, quality, first = max(
        believed, key=lambda one: (one[2] is not None, one[0])
    )
    return Table(steps * level, first, quality)


def _first_pixels(grey: Array) -> set[tuple[int, int]]:
    """Find where blocks may begin.

    Edges of blocks stand out of strong compression. Of weak compression
    more coefficients are zero in its own blocks than in others. And most
    images were never cropped.
    """
    by_zeros = max(
        np.ndindex(SIDE, SIDE),
        key=lambda first: _share_of_zeros(grey, (first[0], first[1])),
    )
    by_edges = _strongest_edge(grey), _strongest_edge(grey.T)
    return {(0, 0), (by_zeros[0], by_zeros[1]), by_edges}


def _share_of_zeros(grey: Array, first: tuple[int, int]) -> float:
    return float(np.mean(magnitudes_of(blocks_of(grey, first)) < _NEAR))


def _strongest_edge(grey: Array) -> int:
    """Find the row, of eight, that differs most from the one before.

    More than these rows differ from their other neighbours.
    """
    steps = np.diff(grey, axis=0)
    more = np.abs(steps[1:-1] - (steps[:-2] + steps[2:]) / 2).mean(axis=1)
    # The first of these is the step to row 2.
    places = (np.arange(len(more)) + 2) % SIDE
    return int(np.argmax([more[places == k].mean() for k in range(SIDE)]))


def _of_blocks(
    grey: Array, first: tuple[int, int]
) -> tuple[float, Array, int | None]:
    """Tell how likely multiples are, of which steps and of what quality."""
    blocks = blocks_of(grey, first)
    inside = (blocks > 0) & (blocks < grey.max())
    # A reader clips to black and white what is beyond.
    blocks = blocks[inside.all(axis=(1, 2))]
    # Blocks that repeat tell nothing more.
    others = np.unique(blocks - blocks[:, :1, :1], axis=0)
    evidence = _evidence(magnitudes_of(others))
    rows, columns = np.indices((SIDE, SIDE))
    tables = [standard_table(q) for q in range(1, MOST_QUALITY + 1)]
    of_tables = [
        float(evidence[rows, columns, table.astype(int) - 1].sum())
        for table in tables
    ]
    quality = int(np.argmax(of_tables))
    standard = tables[quality]
    free = evidence.max(axis=2)
    told = free >= _BELIEVED
    if of_tables[quality] >= _STANDARD * free[told].sum():
        return of_tables[quality], standard, quality + 1
    # What nothing tells is taken from the standard table that is next.
    steps = np.where(told, evidence.argmax(axis=2) + 1.0, standard)
    return float(free[told].sum()), steps, None


def _evidence(magnitudes: Array) -> Array:
    """Logarithm of how much likelier multiples of a step are than none.

    Returns
    -------
    ndarray
        ``(8, 8, steps)``, of each coefficient and of steps from 1 on.
    """
    found = np.zeros((SIDE, SIDE, GREATEST))
    steps = np.arange(1, GREATEST + 1)
    chance = np.minimum(2 * _NEAR / steps, _MOST)
    # Of shorter steps all that is no zero is near to one.
    chance[steps <= _ZERO + _NEAR] = _MOST
    near, far = np.log(_MOST / chance), np.log((1 - _MOST) / (1 - chance))
    for row, column in np.ndindex(SIDE, SIDE):
        # The mean of a block is counted from a level that need not be known.
        values = magnitudes[:, row, column]
        values = values[values > _ZERO][:_VALUES]
        if (row, column) == (0, 0) or not len(values):
            continue
        off = np.abs(
            values - steps[:, None] * np.rint(values / steps[:, None])
        )
        share = (off < _NEAR).sum(axis=1)
        found[row, column] = share * near + (len(values) - share) * far
    return found

"""Overlapping tiles of a large result, and how they are joined."""

from __future__ import annotations

import math
from functools import reduce
from itertools import product

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.regions import Region, Shape

#: Pixels of the result along each axis for one of the data.
Step = tuple[int, ...]

# What an outermost part of a tile gives counts for nothing: there the
# network sees the tile's end, and a kernel of super-resolution, which reaches
# over three pixels of the data, pixels that are not there.
_MARGIN = 12
REACH = 3
# A margin of each of two tiles, and between them as much to pass from one to
# the other.
_MARGINS = 3
# Around the missing pixels of a tile a fit learns from as much as they take,
# but from so many pixels on each side at least. A tile has a whole side at
# least, and is halved only where it is as long.
_CONTEXT = 64
_LEAST_SIDE = 256


def overlap(step: int) -> int:
    """Pixels of the result that two neighbouring tiles share at least."""
    return _MARGINS * max(_MARGIN, REACH * step)


def lay_tiles(area: Region, step: Step, side: int) -> list[Region]:
    """Cover a part of the result with overlapping tiles of one size.

    Parameters
    ----------
    area : Region
        The part, in pixels of the result.
    step : tuple of int
        The tiles begin and end at multiples of it.
    side : int
        Longest side of a tile; at least twice the overlap.

    Examples
    --------
    >>> lay_tiles(Region.whole((100, 200)), (1, 1), 140)
    [Region(start=(0, 0), shape=(100, 118)), \
Region(start=(0, 82), shape=(100, 118))]
    """
    counts = [
        _count(n, s, side) for n, s in zip(area.shape, step, strict=True)
    ]
    return _lay(area, step, counts)


def halve(window: Region, step: Step) -> list[Region]:
    """Cover a tile with tiles of half its longest side; none if too small."""
    longest = max(window.shape)
    if longest < _LEAST_SIDE:
        return []
    counts = [2 if 2 * n > longest else 1 for n in window.shape]
    return _lay(window, step, counts)


def weights(window: Region, shape: Shape, step: Step) -> NDArray[np.float32]:
    """Weights of a tile's pixels.

    They rise smoothly from the margin of the tile to 1, but stay 1 up to the
    edge of the image. Those of neighbours sum to 1 where they overlap as they
    must, and to more where they overlap further.

    Parameters
    ----------
    window : Region
        The tile.
    shape : tuple of int
        Shape of the result.
    step : tuple of int
        As given to :func:`lay_tiles`.
    """
    along = map(_along, window.start, window.shape, shape, step)
    weight: NDArray[np.float64] = reduce(np.multiply.outer, along)
    return weight.astype(np.float32)


def trim(
    window: Region,
    missing: NDArray[np.bool_],
    shape: Shape,
    step: Step,
) -> Region | None:
    """Cut a tile down to its missing pixels and what lies around them.

    Parameters
    ----------
    window, shape, step
        As given to :func:`weights`.
    missing : ndarray of bool
        ``(channels, *shape)`` of the result.

    Returns
    -------
    Region or None
        None if the tile counts for no missing pixel.
    """
    counts = weights(window, shape, step) > 0
    wanted = (counts & window.cut(missing)).any(axis=0)
    if not wanted.any():
        return None
    axes = range(wanted.ndim)
    spans = [
        _around(
            wanted.any(axis=tuple(a for a in axes if a != axis)), step[axis]
        )
        for axis in axes
    ]
    start, lengths = zip(*spans, strict=True)
    return Region(start, lengths).moved(*window.start)


def trim_all(
    windows: list[Region],
    missing: NDArray[np.bool_],
    shape: Shape,
    step: Step,
) -> list[Region]:
    """Trim tiles and leave out those that count for no missing pixel."""
    trimmed = [trim(window, missing, shape, step) for window in windows]
    return [window for window in trimmed if window is not None]


def _count(length: int, step: int, side: int) -> int:
    """Fewest tiles along an axis."""
    whole, most, shared = length // step, side // step, _shared(step)
    return max(1, math.ceil((whole - shared) / (most - shared)))


def _shared(step: int) -> int:
    """Overlap in pixels of the data."""
    return math.ceil(overlap(step) / step)


def _lay(area: Region, step: Step, counts: list[int]) -> list[Region]:
    regions = []
    for spans in product(*map(_spans, area.shape, step, counts)):
        start, lengths = zip(*spans, strict=True)
        regions.append(Region(start, lengths).moved(*area.start))
    return regions


def _spans(length: int, step: int, count: int) -> list[tuple[int, int]]:
    """First pixels and lengths of so many spans, evenly apart."""
    if count == 1:
        return [(0, length)]
    whole = length // step
    each = math.ceil((whole + (count - 1) * _shared(step)) / count)
    room = whole - each
    return [
        (n * room // (count - 1) * step, each * step) for n in range(count)
    ]


def _around(wanted: NDArray[np.bool_], step: int) -> tuple[int, int]:
    """First pixel and length of what a tile needs along an axis."""
    found = np.flatnonzero(wanted)
    length = found[-1] + 1 - found[0]
    context = max(_CONTEXT, length // 2, (_LEAST_SIDE - length + 1) // 2)
    first = max(0, found[0] - context) // step * step
    end = min(len(wanted), found[-1] + 1 + context)
    return int(first), int(-(-(end - first) // step) * step)


def _along(
    first: int, length: int, end: int, step: int
) -> NDArray[np.float64]:
    """Weights along an axis."""
    pixels = np.arange(0.5, length, dtype=np.float64)
    weight = np.ones(length)
    if first > 0:
        weight *= _rise(pixels, step)
    if first + length < end:
        weight *= _rise(length - pixels, step)
    return weight


def _rise(distance: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Weight at a distance from the end of a tile."""
    shared = _shared(step) * step
    margin = shared / _MARGINS
    part = np.clip((distance - margin) / (shared - 2 * margin), 0, 1)
    rise: NDArray[np.float64] = part**2 * (3 - 2 * part)
    return rise


#: A tile, in pixels of the result, and ``(channels, *shape)`` of it.
Part = tuple[Region, NDArray[np.float32]]

# Less than this is the rounding of weights that sum to 1.
_OPEN = 1e-4


class Blend:
    """Weighted mean of tiles, and something else where there are none yet.

    Parameters
    ----------
    ground : ndarray
        ``(channels, *shape)``: what is shown where there is no tile.
    step : tuple of int
        As given to :func:`~napari_dip.grid.tiles.lay_tiles`.
    """

    def __init__(self, ground: NDArray[np.float32], step: Step) -> None:
        self._ground = ground
        self._step = step
        self._shape = ground.shape[1:]
        self._total = np.zeros_like(ground)
        self._weight = np.zeros(self._shape, np.float32)

    def put(self, part: Part) -> None:
        """Add a tile."""
        self._add(self._total, self._weight, part)

    def image(self, more: Part | None = None) -> NDArray[np.float32]:
        """Return ``(channels, *shape)``, a new array.

        Parameters
        ----------
        more : tuple, optional
            A tile that is shown, but not kept.
        """
        total, weight = self._total.copy(), self._weight
        if more is not None:
            weight = weight.copy()
            self._add(total, weight, more)
        return self._join(total, weight)

    def _add(
        self,
        total: NDArray[np.float32],
        weight: NDArray[np.float32],
        part: Part,
    ) -> None:
        window, tile = part
        share = weights(window, self._shape, self._step)
        inside = window.cut(total)
        inside += share * tile
        inside = window.cut(weight)
        inside += share

    def _join(
        self, total: NDArray[np.float32], weight: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Divide the total by the weights."""
        total /= np.maximum(weight, 1)
        rest = 1 - weight
        # Not by a product with 0: the ground may be not a number.
        np.add(total, rest * self._ground, out=total, where=rest > _OPEN)
        return total

"""Samples of the planes of a series, laid side by side as one image."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.regions import Region
from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.axes import Axes
from napari_dip.images.stacks.stack import Index

#: Pixels of a sheet, at most: each is then seen several times, and more of
#: them gained nothing (docs/lab/series.md).
MOST_PIXELS = 2**21
#: Side of a sample, where planes are too many to be taken whole. A window of
#: 64 pixels has room to shift in it.
SIDE = 128

#: Reads rows and columns of a plane, ``(channels, rows, columns)``.
ReadPart = Callable[[Index, Region], NDArray[Any]]


def lay_out(
    read: ReadPart,
    places: Sequence[Index],
    shape: tuple[int, ...],
    seed: int,
) -> AcquiredImage:
    """Lay samples of planes side by side.

    All planes are taken whole if they are few; else as many samples of
    each, at random places, so that neither time nor memory grows with the
    series.

    Parameters
    ----------
    read : callable
        Reads a part of a plane.
    places : sequence
        Where the planes lie.
    shape : tuple of int
        Rows and columns of a plane.
    seed : int
        Seed of the places.

    Returns
    -------
    AcquiredImage
        Missing where there is no sample, with the samples as its parts.
    """
    samples = _choose(places, shape, seed)
    parts = [read(place, region) for place, region in samples]
    rows, columns = samples[0][1].shape
    across = math.ceil(math.sqrt(len(parts) * rows / columns))
    down = math.ceil(len(parts) / across)
    kind = parts[0].dtype
    if len(parts) < across * down:
        # Only these have a value for what is missing.
        kind = np.result_type(kind, np.float32)
    planes = np.zeros((len(parts[0]), down * rows, across * columns), kind)
    if len(parts) < across * down:
        planes[:] = np.nan
    regions = []
    for number, part in enumerate(parts):
        top, left = divmod(number, across)
        region = Region((top * rows, left * columns), (rows, columns))
        if part.dtype.kind == 'f' and planes.dtype.kind != 'f':
            planes = planes.astype(part.dtype)
        region.cut(planes)[:] = part
        regions.append(region)
    axes = Axes(planes.shape, 0, (1, 2))
    return AcquiredImage(planes, axes, parts=tuple(regions))


def count_pixels(places: int, shape: tuple[int, ...]) -> int:
    """Return about how many pixels are laid out."""
    return min(places * math.prod(shape), MOST_PIXELS)


def _choose(
    places: Sequence[Index], shape: tuple[int, ...], seed: int
) -> list[tuple[Index, Region]]:
    """Choose what is taken of which plane."""
    if len(places) * math.prod(shape) <= MOST_PIXELS:
        whole = Region.whole(shape)
        return [(place, whole) for place in places]
    sides = tuple(min(SIDE, length) for length in shape)
    count = MOST_PIXELS // math.prod(sides)
    generator = np.random.default_rng(seed)
    # As many of each, or those that lie evenly.
    numbers = np.arange(count) * len(places) // count
    if count >= len(places):
        numbers = np.arange(count) % len(places)
    samples = []
    for number in numbers.tolist():
        start = tuple(
            int(generator.integers(length - side + 1))
            for length, side in zip(shape, sides, strict=True)
        )
        samples.append((places[number], Region(start, sides)))
    return samples

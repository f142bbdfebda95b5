"""Regions of an image, over any number of spatial axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor

#: Lengths along the spatial axes.
Shape = tuple[int, ...]
_Image = TypeVar('_Image', Tensor, NDArray[Any])


@dataclass(frozen=True)
class Region:
    """Box of an image, in pixels.

    Parameters
    ----------
    start : tuple of int
        First pixel along each axis.
    shape : tuple of int
        Pixels along each axis.

    Examples
    --------
    >>> Region((0, 4), (8, 6)).inside(Region((0, 2), (9, 9)))
    Region(start=(0, 2), shape=(8, 6))
    """

    start: Shape
    shape: Shape

    @classmethod
    def whole(cls, shape: Sequence[int]) -> Region:
        """Return the region that holds an image of that shape."""
        return cls((0,) * len(shape), tuple(shape))

    @property
    def stop(self) -> Shape:
        """First pixel after the region, along each axis."""
        return tuple(
            first + length
            for first, length in zip(self.start, self.shape, strict=True)
        )

    @property
    def slices(self) -> tuple[slice, ...]:
        """One slice an axis."""
        return tuple(map(slice, self.start, self.stop))

    @property
    def size(self) -> int:
        """How many pixels there are."""
        return math.prod(self.shape)

    def cut(self, image: _Image) -> _Image:
        """View of the last axes of `image` inside the region."""
        index: tuple[Any, ...] = (..., *self.slices)
        part: _Image = image[index]
        return part

    def moved(self, *by: int) -> Region:
        """Return the region that lies so much further along each axis."""
        start = (n + m for n, m in zip(self.start, by, strict=True))
        return Region(tuple(start), self.shape)

    def inside(self, outer: Region) -> Region:
        """Return the region as it lies in what `outer` has cut out."""
        return self.moved(*(-n for n in outer.start))

    def with_halo(
        self, halo: int, shape: Sequence[int]
    ) -> tuple[Region, Region]:
        """Return the region, and it with a margin, cut at the image's edge.

        Parameters
        ----------
        halo : int
            Margin in pixels.
        shape : sequence of int
            Shape of the image.
        """
        start = tuple(max(0, n - halo) for n in self.start)
        stop = map(min, (n + halo for n in self.stop), shape)
        lengths = (last - n for n, last in zip(start, stop, strict=True))
        return self, Region(start, tuple(lengths))


def cut_all(image: Tensor, regions: Sequence[Region]) -> Tensor:
    """Stack the regions of ``(1, c, *shape)`` along the batch axis."""
    return torch.cat([region.cut(image) for region in regions])


# A window that leaves no room to shift shows the network the same pixels at
# the same places over and over, and it learns their noise by heart.
_LARGEST_PART = 2 / 3
_LEAST_SIDE = 32


def window_shape(shape: Sequence[int], side: int) -> Shape:
    """Shape of the windows drawn from an image.

    Parameters
    ----------
    shape : sequence of int
        Shape of the image.
    side : int
        Longest side of a window; shorter on a small image, in steps of 32
        pixels.

    Examples
    --------
    >>> window_shape((80, 300), 64), window_shape((20, 300, 300), 64)
    ((32, 32), (20, 64, 64))
    """
    # Along rows and columns: a volume may be thin, and still has them.
    room = int(_LARGEST_PART * min(shape[-2:])) // _LEAST_SIDE
    side = min(side, max(room, 1) * _LEAST_SIDE)
    return tuple(min(side, length) for length in shape)


def draw_windows(
    shape: Sequence[int],
    side: int | None,
    count: int,
    generator: torch.Generator,
    parts: Sequence[Region] = (),
) -> list[Region]:
    """Draw windows uniformly over an image.

    Parameters
    ----------
    shape : sequence of int
        Shape of the image.
    side : int or None
        Longest side of a window, see :func:`window_shape`; None gives the
        whole image once.
    count : int
        How many windows.
    generator : torch.Generator
        On the CPU, so that every device sees the same windows.
    parts : sequence of Region
        Parts of one shape that no window reaches out of; none is the whole
        image.
    """
    if side is None:
        return [Region.whole(shape)]
    part = parts[0].shape if parts else shape
    return draw_places(
        shape, window_shape(part, side), count, generator, parts
    )


def draw_places(
    shape: Sequence[int],
    window: Shape,
    count: int,
    generator: torch.Generator,
    parts: Sequence[Region] = (),
) -> list[Region]:
    """Draw windows of a given shape, as :func:`draw_windows` does."""

    def draw(count: int) -> int:
        return int(torch.randint(count, (), generator=generator))

    windows = []
    for _ in range(count):
        part = parts[draw(len(parts))] if parts else Region.whole(shape)
        room = zip(part.shape, window, strict=True)
        start = tuple(draw(n - m + 1) for n, m in room)
        windows.append(Region(start, window).moved(*part.start))
    return windows


def tile_windows(
    shape: Sequence[int], side: int, halo: int
) -> list[tuple[Region, Region]]:
    """Cover an image with tiles, each inside a window with a halo.

    Parameters
    ----------
    shape : sequence of int
        Shape of the image.
    side : int
        Longest side of a tile.
    halo : int
        Pixels around a tile that are computed and thrown away.

    Returns
    -------
    list of (Region, Region)
        Each tile, and the window that must be computed for it.
    """
    pairs = []
    for start in product(*(range(0, length, side) for length in shape)):
        lengths = (min(side, n - m) for n, m in zip(shape, start, strict=True))
        tile = Region(start, tuple(lengths))
        pairs.append(tile.with_halo(halo, shape))
    return pairs

"""Windows: rectangles of an image that a fit looks at one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Window:
    """Rectangle of an image, in pixels.

    Parameters
    ----------
    top, left : int
        First row and column.
    height, width : int
        Size.
    """

    top: int
    left: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    def cut(self, image: Tensor) -> Tensor:
        """View of the last two axes of `image` inside the window."""
        return image[
            ...,
            self.top : self.top + self.height,
            self.left : self.left + self.width,
        ]

    def moved(self, rows: int, columns: int) -> Window:
        """Return the window that lies so much further down and right."""
        return replace(self, top=self.top + rows, left=self.left + columns)

    def inside(self, outer: Window) -> Window:
        """Return the window as it lies in what `outer` has cut out."""
        return self.moved(-outer.top, -outer.left)

    def with_halo(
        self, halo: int, shape: tuple[int, int]
    ) -> tuple[Window, Window]:
        """Return the window, and it with a margin, cut at the image's edge.

        Parameters
        ----------
        halo : int
            Margin in pixels.
        shape : tuple of int
            Height and width of the image.
        """
        top, left = max(0, self.top - halo), max(0, self.left - halo)
        bottom = min(shape[0], self.top + self.height + halo)
        right = min(shape[1], self.left + self.width + halo)
        return self, Window(top, left, bottom - top, right - left)


def whole(image: Tensor) -> Window:
    """Window that holds the last two axes of `image`."""
    height, width = image.shape[-2:]
    return Window(0, 0, height, width)


def cut_all(image: Tensor, windows: list[Window]) -> Tensor:
    """Stack the windows of ``(1, c, h, w)`` along the batch axis."""
    return torch.cat([window.cut(image) for window in windows])


# A window that leaves no room to shift shows the network the same pixels at
# the same places over and over, and it learns their noise by heart.
_LARGEST_PART = 2 / 3
_LEAST_SIDE = 32


def window_shape(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Height and width of the windows drawn from an image.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the image.
    side : int
        Largest height and width of a window; smaller on a small image, in
        steps of 32 pixels.
    """
    height, width = shape
    room = int(_LARGEST_PART * min(height, width)) // _LEAST_SIDE
    side = min(side, max(room, 1) * _LEAST_SIDE)
    return min(side, height), min(side, width)


def draw_windows(
    shape: tuple[int, int],
    side: int | None,
    count: int,
    generator: torch.Generator,
) -> list[Window]:
    """Draw windows uniformly over an image.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the image.
    side : int or None
        Largest height and width of a window, see :func:`window_shape`; None
        gives the whole image once.
    count : int
        How many windows.
    generator : torch.Generator
        On the CPU, so that every device sees the same windows.
    """
    height, width = shape
    if side is None:
        return [Window(0, 0, height, width)]
    tall, wide = window_shape(shape, side)

    def first(extent: int) -> int:
        return int(torch.randint(extent + 1, (), generator=generator))

    return [
        Window(first(height - tall), first(width - wide), tall, wide)
        for _ in range(count)
    ]


def tile_windows(
    shape: tuple[int, int], side: int, halo: int
) -> list[tuple[Window, Window]]:
    """Cover an image with tiles, each inside a window with a halo.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the image.
    side : int
        Largest height and width of a tile.
    halo : int
        Pixels around a tile that are computed and thrown away.

    Returns
    -------
    list of (Window, Window)
        Each tile, and the window that must be computed for it.
    """
    pairs = []
    height, width = shape
    for top in range(0, height, side):
        for left in range(0, width, side):
            tile = Window(
                top, left, min(side, height - top), min(side, width - left)
            )
            pairs.append(tile.with_halo(halo, shape))
    return pairs

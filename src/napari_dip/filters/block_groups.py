"""From an image to groups of blocks that resemble each other, and back."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from napari_dip.filters.block_matching import similar_blocks, to_grid
from napari_dip.filters.dct import over_channels
from napari_dip.grid.regions import Region
from napari_dip.grid.tiled_inference import TiledInference

#: Groups that are looked at together: bounds the memory.
AT_ONCE = 1024

# Both are multiples of the step, so that the blocks of neighbouring tiles lie
# on one grid.
_TILE = 512
_HALO = 32


def restore_planes(
    image: Tensor,
    pilot: Tensor,
    noise: Tensor | None,
    side: int,
    alike: int,
    restore: Callable[..., Tensor],
) -> Tensor:
    """Restore an image tile by tile and, of each, channel by channel.

    Parameters
    ----------
    image, pilot, noise : Tensor
        ``(1, channels, height, width)``; blocks are compared in the pilot.
    side, alike : int
        Side of the blocks, and blocks of a group.
    restore : callable
        From the first pixels of the blocks of each group, ``(groups,
        blocks)``, and planes ``(height, width)`` of image, pilot and, where
        there is any, noise, to the restored plane.

    Returns
    -------
    Tensor
        Same shape as `image`. Any size takes the same memory.
    """
    given = [image, pilot] if noise is None else [image, pilot, noise]

    def of_window(window: Region) -> Tensor:
        padded = [to_grid(window.cut(x), side) for x in given]
        firsts = similar_blocks(padded[1], side, alike)
        channels = [over_channels(x[0], inverse=False) for x in padded]
        planes = [restore(firsts, *c) for c in zip(*channels, strict=True)]
        restored = over_channels(torch.stack(planes), inverse=True)
        return Region.whole(window.shape).cut(restored[None])

    shape = (image.shape[-2], image.shape[-1])
    infer = TiledInference(image.device, tile=_TILE, halo=_HALO, tells=True)
    return infer(shape, of_window)


def pixels_of_a_block(plane: Tensor, side: int) -> Tensor:
    """Pixels of a block, counted from its first."""
    index = torch.arange(side, device=plane.device)
    return (index[:, None] * plane.shape[-1] + index).flatten()


class Overlap:
    """Mean of blocks that overlap.

    Parameters
    ----------
    plane : Tensor
        ``(height, width)``, as large as what the blocks make up.
    """

    def __init__(self, plane: Tensor) -> None:
        self._shape = plane.shape
        self._total = torch.zeros_like(plane).flatten()
        self._share = torch.zeros_like(self._total)

    def add(self, blocks: Tensor, weight: Tensor, pixels: Tensor) -> None:
        """Put blocks where they belong.

        Parameters
        ----------
        blocks, pixels : Tensor
            ``(groups, blocks, pixels of a block)``: values, and places in
            the flattened plane.
        weight : Tensor
            How much each counts; broadcast to that shape.
        """
        places = pixels.flatten()
        self._total.index_add_(0, places, (blocks * weight).flatten())
        self._share.index_add_(0, places, weight.expand_as(blocks).flatten())

    def mean(self) -> Tensor:
        """Return the plane."""
        return (self._total / self._share).view(self._shape)

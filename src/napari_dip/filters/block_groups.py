"""Blocks of pixels that resemble each other, found and taken together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.filters.dct import over_channels
from napari_dip.grid.regions import Region
from napari_dip.grid.tiled_inference import TiledInference
from napari_dip.noise.homogeneous import SIDE, STEP

#: Groups that are looked at together: what is made of them stays in the cache.
AT_ONCE = 256

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
        ``(planes, channels, height, width)``; blocks are compared in the
        pilot. The first plane is restored; the others lie beside it, and
        have similar blocks, too.
    side, alike : int
        Side of the blocks, and blocks of a group.
    restore : callable
        From the first pixels of the blocks of each group, ``(groups,
        blocks)``, and planes ``(planes, height, width)`` of image, pilot
        and, where there is any, noise, to the restored planes.

    Returns
    -------
    Tensor
        ``(1, channels, height, width)``. Any size takes the same memory.
    """
    given = [image, pilot] if noise is None else [image, pilot, noise]

    def of_window(window: Region) -> Tensor:
        padded = [to_grid(window.cut(x), side) for x in given]
        firsts = similar_blocks(padded[1], side, alike)
        channels = [_channels(x) for x in padded]
        planes = [restore(firsts, *c)[0] for c in zip(*channels, strict=True)]
        restored = over_channels(torch.stack(planes), inverse=True)
        return Region.whole(window.shape).cut(restored[None])

    return by_tiles(image, of_window, tells=True)


def _channels(planes: Tensor) -> Tensor:
    """Transform the channels of each plane, and put them first."""
    each = [over_channels(plane, inverse=False) for plane in planes]
    return torch.stack(each, dim=1)


def by_tiles(
    image: Tensor,
    of_window: Callable[[Region], Tensor],
    *,
    tells: bool = False,
) -> Tensor:
    """Join what is made of each tile, whose blocks lie on one grid.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, height, width)``.
    of_window : callable
        From a tile and what lies around it to ``(1, channels, *shape)``.
    tells : bool
        Whether whoever watches is told how far it is.
    """
    shape = (image.shape[-2], image.shape[-1])
    infer = TiledInference(image.device, tile=_TILE, halo=_HALO, tells=tells)
    return infer(shape, of_window)


def pixels_of_a_block(plane: Tensor, side: int) -> Tensor:
    """Pixels of a block, counted from its first, of flattened planes."""
    index = torch.arange(side, device=plane.device)
    return (index[:, None] * plane.shape[-1] + index).flatten()


class Overlap:
    """Mean of blocks that overlap.

    Parameters
    ----------
    plane : Tensor
        Plane or planes, as large as what the blocks make up.
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


#: How far off a block may be, in pixels.
RADIUS = 12
#: Blocks of a group.
ALIKE = 32
#: Smallest side of an image that is long enough, in pixels.
LEAST_SIDE = SIDE + RADIUS


def to_grid(image: Tensor, side: int) -> Tensor:
    """Continue an image until the blocks of the grid cover all of it.

    Parameters
    ----------
    image : Tensor
        ``(planes, channels, height, width)``.
    side : int
        Of the blocks.
    """
    height, width = image.shape[-2:]
    margins = (0, -(width - side) % STEP, 0, -(height - side) % STEP)
    return F.pad(image, margins, mode='reflect')


def similar_blocks(
    guide: Tensor, side: int = SIDE, alike: int = ALIKE
) -> Tensor:
    """Find the blocks that resemble each block of a grid most.

    Parameters
    ----------
    guide : Tensor
        ``(planes, channels, height, width)``, where sides less that of a
        block are multiples of the grid's step; see :func:`to_grid`. The grid
        is that of the first plane, and the others lie beside it.
    side, alike : int
        Side of the blocks, and blocks of a group.

    Returns
    -------
    Tensor
        ``(blocks of the grid, blocks alike)``: the first pixel of each, in
        the order of the flattened planes; the block itself comes first.
    """
    height, width = guide.shape[-2:]
    tops = torch.arange(0, height - side + 1, STEP, device=guide.device)
    lefts = torch.arange(0, width - side + 1, STEP, device=guide.device)
    moves = [(0, *move) for move in _moves(RADIUS)]
    own = len(moves) // 2
    # Beside it what it shows has hardly moved: not as far as the next block.
    beside = range(1, len(guide))
    moves += [(n, *m) for n, m in product(beside, _moves(STEP))]
    # No block that reaches beyond the image is like any other.
    padded = F.pad(guide, (RADIUS,) * 4, value=torch.inf)
    # All at once: planes that stay between the passing ones would leave the
    # C library holes too small to use, 600 MB of them.
    distances = guide.new_empty(len(moves), len(tops), len(lefts))
    squares = torch.empty_like(guide[0])
    for distance, (plane, down, right) in zip(distances, moves, strict=True):
        moved = Region((RADIUS + down, RADIUS + right), (height, width))
        torch.sub(guide[0], moved.cut(padded[plane]), out=squares)
        rows = squares.square_().sum(0).unfold(0, side, STEP).sum(-1)
        torch.sum(rows.unfold(1, side, STEP), -1, out=distance)
    # Not even an equal block goes before the block itself.
    distances[own].fill_(-1)
    nearest = distances.flatten(1).T.topk(alike, largest=False).indices
    shifts = torch.tensor(
        [(n * height + down) * width + right for n, down, right in moves],
        device=guide.device,
    )
    firsts = (tops[:, None] * width + lefts).flatten()
    return firsts[:, None] + shifts[nearest]


def _moves(radius: int) -> list[tuple[int, int]]:
    reach = range(-radius, radius + 1)
    return list(product(reach, reach))

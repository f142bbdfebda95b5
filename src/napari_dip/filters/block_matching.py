"""Blocks of an image that resemble each other."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.regions import Region

#: Side of the blocks and distance from one to the next, in pixels.
SIDE = 8
STEP = 4
#: How far off a block may be, in pixels.
RADIUS = 12
#: Blocks of a group.
ALIKE = 32


def to_grid(image: Tensor, side: int) -> Tensor:
    """Continue an image until the blocks of the grid cover all of it.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, height, width)``.
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
        ``(1, channels, height, width)``, where sides less that of a block
        are multiples of the grid's step; see :func:`to_grid`.
    side, alike : int
        Side of the blocks, and blocks of a group.

    Returns
    -------
    Tensor
        ``(blocks of the grid, blocks alike)``: the first pixel of each, in
        the order of the flattened image; the block itself comes first.
    """
    height, width = guide.shape[-2:]
    tops = torch.arange(0, height - side + 1, STEP, device=guide.device)
    lefts = torch.arange(0, width - side + 1, STEP, device=guide.device)
    reach = range(-RADIUS, RADIUS + 1)
    moves = list(product(reach, reach))
    padded = F.pad(guide, (RADIUS,) * 4)
    # All at once: planes that stay between the passing ones would leave the
    # C library holes too small to use, 600 MB of them.
    distances = guide.new_empty(len(moves), len(tops), len(lefts))
    for distance, (down, right) in zip(distances, moves, strict=True):
        moved = Region((RADIUS + down, RADIUS + right), (height, width))
        squares = (guide - moved.cut(padded)).square_().sum(1, keepdim=True)
        distance.copy_(F.avg_pool2d(squares, side, STEP)[0, 0])
        distance[~_within(tops + down, height - side)] = torch.inf
        distance[:, ~_within(lefts + right, width - side)] = torch.inf
    # Not even an equal block goes before the block itself.
    distances[len(moves) // 2].fill_(-1)
    nearest = distances.flatten(1).T.topk(alike, largest=False).indices
    shifts = torch.tensor(
        [down * width + right for down, right in moves], device=guide.device
    )
    own = (tops[:, None] * width + lefts).flatten()
    return own[:, None] + shifts[nearest]


def _within(first: Tensor, last: int) -> Tensor:
    return (first >= 0) & (first <= last)

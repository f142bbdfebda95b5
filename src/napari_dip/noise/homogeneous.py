"""Where an image is homogeneous, so that its noise can be told."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

#: Side of the blocks and distance from one to the next, in pixels; those that
# filters find alike are as large.
SIDE = 8
STEP = 4

_SHARE = 0.1
#: Fewer blocks or pixels tell the noise too roughly.
FEWEST = 256
#: Classes of like brightness, at most.
CLASSES = 16
_BLOCKS_OF_A_CLASS = 64


def homogeneous_blocks(estimate: Tensor, known: Tensor) -> Tensor:
    """Find the blocks in which an estimate varies least.

    What a fit has not found of the structure lies mostly where it has found
    other structure. Noise depends on the brightness at most, so that a tenth
    of the blocks is taken of each class of like brightness.

    Parameters
    ----------
    estimate : Tensor
        ``(1, channels, height, width)``, sides greater than `SIDE`.
    known : Tensor
        Same shape, 0 where the data are missing: of blocks with such pixels
        those that know little are left out.

    Returns
    -------
    Tensor
        bool, ``(blocks down, blocks across)``, in the grid of a
        :class:`~napari_dip.filters.dct.LocalCosine` of `SIDE` and `STEP`.
    """
    brightness = _mean(estimate)
    variation = _mean(estimate.square()) - brightness.square()
    variation, level = variation.mean(1)[0], brightness.mean(1)[0]
    known_best = well_known(known_share(known))
    candidates = torch.nonzero(known_best.flatten())[:, 0]
    share = max(_SHARE, min(1.0, FEWEST / len(candidates)))
    count = int(share * len(candidates)) // _BLOCKS_OF_A_CLASS
    order = candidates[level.take(candidates).argsort()]
    found = torch.zeros_like(known_best)
    for alike in order.tensor_split(max(1, min(CLASSES, count))):
        few = max(1, round(share * len(alike)))
        least = variation.take(alike).topk(few, largest=False).indices
        found.view(-1)[alike[least]] = True
    return found


def known_share(known: Tensor) -> Tensor:
    """Return how much of each block is known, ``(down, across)``."""
    return _mean(known).mean(1)[0]


def well_known(share: Tensor) -> Tensor:
    """Find the blocks that tell the noise, from how much of each is known.

    A missing pixel tells nothing. The better known half of the blocks with
    any known pixel is taken, which are the complete ones where most are.

    Parameters
    ----------
    share : Tensor
        Of any shape, 0 to 1.

    Returns
    -------
    Tensor
        bool, same shape; True everywhere if nothing is known.
    """
    seen = share[share > 0]
    if not len(seen):
        return torch.ones_like(share, dtype=torch.bool)
    return share >= seen.median()


def pixels_of(blocks: Tensor, shape: tuple[int, int]) -> Tensor:
    """Mark the pixels nearest to the middle of the blocks.

    Parameters
    ----------
    blocks : Tensor
        bool, as :func:`homogeneous_blocks` returns them.
    shape : tuple of int
        Height and width of the image.

    Returns
    -------
    Tensor
        float, ``(1, 1, height, width)``: 1 for a pixel of the blocks.
    """
    marked = blocks.repeat_interleave(STEP, 0).repeat_interleave(STEP, 1)
    # The grid begins one block before the image.
    first = SIDE - (SIDE - STEP) // 2
    rows, columns = (slice(first, first + size) for size in shape)
    return marked[rows, columns][None, None].float()


def _mean(image: Tensor) -> Tensor:
    """Means over the blocks, the image being continued by reflection."""
    padded = F.pad(image, (SIDE,) * 4, mode='reflect')
    return F.avg_pool2d(padded, SIDE, STEP)

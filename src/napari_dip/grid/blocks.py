"""Blocks of pixels around some of them."""

from __future__ import annotations

import math

from torch import Tensor

from napari_dip.grid.by_axes import max_pool
from napari_dip.grid.regions import Shape


def grow(centres: Tensor, block: Shape) -> Tensor:
    """Grow each centre to a block.

    Parameters
    ----------
    centres : Tensor
        ``(n, c, *shape)``: 1 at a centre, 0 elsewhere.
    block : tuple of int
        Odd lengths along the last axes.
    """
    if math.prod(block) == 1:
        return centres
    margin = tuple(n // 2 for n in block)
    grown: Tensor = max_pool[len(block)](
        centres, block, stride=1, padding=margin
    )
    return grown

"""Shrinkage: the few great coefficients of a local transform."""

from __future__ import annotations

import torch
from torch import Tensor

from napari_dip.prior.cosine import LocalCosine
from napari_dip.prior.windows import cut_all, tile_windows

# Bounds the memory, which is that of side * side images of this size.
_TILE = 256


def keep_greater(
    image: Tensor, threshold: Tensor | float, transform: LocalCosine
) -> Tensor:
    """Keep what gathers in coefficients greater than a threshold.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, height, width)``, sides longer than the transform's
        margin. Any size takes the same memory.
    threshold : Tensor or float
        For all coefficients, or ``(channels, side * side, 1, 1)``.
    transform : LocalCosine
        The transform.

    Returns
    -------
    Tensor
        Same shape as `image`.
    """
    result = torch.empty_like(image)
    shape = (image.shape[-2], image.shape[-1])
    for tile, window in tile_windows(shape, _TILE, transform.margin):
        seen = cut_all(image, [window])
        blocks = transform.analyse(seen)
        kept = blocks.mul_(blocks.abs() > threshold)
        part = transform.synthesise(kept, seen.shape)
        top, left = tile.top - window.top, tile.left - window.left
        tile.cut(result).copy_(
            part[..., top : top + tile.height, left : left + tile.width]
        )
    return result

"""Filters along one axis, of which separable operators are made."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.by_axes import convolve


def filter_along(
    image: Tensor, weights: Tensor, axis: int, stride: int = 1
) -> Tensor:
    """Filter each channel along a spatial axis, and decimate.

    Parameters
    ----------
    image : Tensor
        ``(n, c, ...)`` with one to three spatial axes, continued by its
        outermost pixels.
    weights : Tensor
        One for each pixel around a datum, as many more than `stride` on both
        sides.
    axis : int
        Spatial axis, counted from 0.
    stride : int
        Pixels a datum.
    """
    axes = image.ndim - 2
    channels = image.shape[1]
    margin = (weights.numel() - stride) // 2
    margins = [0] * (2 * axes)
    # Margins are told from the last axis on.
    last = 2 * (axes - 1 - axis)
    margins[last] = margins[last + 1] = margin
    along, strides = [1] * axes, [1] * axes
    along[axis], strides[axis] = weights.numel(), stride
    padded = F.pad(image, margins, mode='replicate')
    kernel = weights.reshape(along).expand(channels, 1, *along)
    filtered: Tensor = convolve[axes](
        padded, kernel, stride=strides, groups=channels
    )
    return filtered

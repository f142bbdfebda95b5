"""Noise with more outliers than a normal distribution has."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

_BLOCK = 8
# Fourth moment by the square of the second, which is 3 of normal noise.
_LEAST_KURTOSIS = 3.5
# Variance of the blocks' power by what independent pixels have. It is 1.0 to
# 1.2 of micrographs; where a fit has missed structure, which is in some
# blocks and not in others, 1.2 to 12.
_MOST_SCATTER = 1.25


def heavy_tails(noise: Tensor) -> bool:
    """Whether noise has outliers that lie anywhere.

    Outliers of structure lie together, so that blocks differ more than chance
    makes them.

    Parameters
    ----------
    noise : Tensor
        ``(1, channels, height, width)``, at least 8 × 8 pixels, of one
        strength but for its outliers.

    Returns
    -------
    bool
        False if any channel has none.

    Examples
    --------
    >>> import torch
    >>> normal = torch.randn(1, 1, 128, 128)
    >>> heavy_tails(normal), heavy_tails(normal * normal.abs())
    (False, True)
    """
    power = noise.square()
    mean = power.mean((2, 3), keepdim=True).clamp(min=1e-12)
    power = power / mean
    kurtosis = power.square().mean((2, 3))
    scatter = F.avg_pool2d(power, _BLOCK).var((2, 3), correction=0)
    expected = (kurtosis - 1).clamp(min=1e-12) / _BLOCK**2
    outlying = kurtosis > _LEAST_KURTOSIS
    return bool((outlying & (scatter < _MOST_SCATTER * expected)).all())

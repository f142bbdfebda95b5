"""Noise with more outliers than a normal distribution has."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.interpolation import TINY
from napari_dip.noise.homogeneous import SIDE, well_known

# Fourth moment by the square of the second, which is 3 of normal noise.
_LEAST_KURTOSIS = 3.5
# Variance of the blocks' power by what independent pixels have. It is 1.0 to
# 1.2 of micrographs; where a fit has missed structure, which is in some
# blocks and not in others, 1.2 to 12.
_MOST_SCATTER = 1.25


def heavy_tails(noise: Tensor, known: Tensor | None = None) -> bool:
    """Whether noise has outliers that lie anywhere.

    Outliers of structure lie together, so that blocks differ more than chance
    makes them.

    Parameters
    ----------
    noise : Tensor
        ``(1, channels, height, width)``, at least 8 × 8 pixels, of one
        strength but for its outliers; 0 where it is missing.
    known : Tensor, optional
        Same shape, 0 where the noise is missing; nowhere unless given.

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
    if known is None:
        known = torch.ones_like(noise)
    channels = zip(noise[0], known[0], strict=True)
    return all(_heavy(channel, seen) for channel, seen in channels)


def _heavy(noise: Tensor, known: Tensor) -> bool:
    count = known.sum().clamp(min=1)
    power = noise.square()
    power = power / (power.sum() / count).clamp(min=TINY)
    kurtosis = power.square().sum() / count
    share, mean = (
        F.avg_pool2d(x[None, None], SIDE).flatten() for x in (known, power)
    )
    told = well_known(share)
    share = share[told].clamp(min=1 / SIDE**2)
    scatter = (mean[told] / share).var(correction=0)
    # Of a block with fewer pixels the mean scatters more.
    expected = (kurtosis - 1).clamp(min=TINY) / SIDE**2
    expected = expected * (1 / share).mean()
    outlying = kurtosis > _LEAST_KURTOSIS
    return bool(outlying & (scatter < _MOST_SCATTER * expected))

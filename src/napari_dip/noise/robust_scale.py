"""The standard deviation of noise under which there may be structure."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Median of the absolute value of a standard normal variable.
_MEDIAN = 0.6745

# Where the median is less than this part of the 95 % quantile, most values are
# next to nothing and a few are not: single photons in the dark. It is 0.34 of
# normal values and 0.23 of those with exponential tails.
_FEW = 0.12
_OUTER = 0.95


def median_spread(magnitudes: Tensor, dim: int) -> Tensor:
    """Return the standard deviation along an axis, from absolute values.

    The median tells it, which structure hardly moves.

    Parameters
    ----------
    magnitudes : Tensor
        Absolute values of what is mostly normal.
    dim : int
        The axis.

    Returns
    -------
    Tensor
        Without the axis.
    """
    return magnitudes.median(dim=dim).values / _MEDIAN


def spread(magnitudes: Tensor, dim: int) -> Tensor:
    """Return the standard deviation, also where nearly all values are 0.

    The mean square tells it there, and the median elsewhere.

    Parameters
    ----------
    magnitudes, dim
        As in :func:`median_spread`.

    Returns
    -------
    Tensor
        Without the axis.

    Examples
    --------
    >>> import torch
    >>> from napari_dip.noise.robust_scale import spread
    >>> photons = torch.zeros(100)
    >>> photons[::10] = 1.0
    >>> round(float(spread(photons, 0)), 3)
    0.316
    """
    typical = median_spread(magnitudes, dim)
    rank = math.ceil(_OUTER * magnitudes.shape[dim])
    outer = magnitudes.kthvalue(rank, dim=dim).values
    mean_square = magnitudes.square().mean(dim=dim).sqrt()
    return torch.where(_MEDIAN * typical < _FEW * outer, mean_square, typical)

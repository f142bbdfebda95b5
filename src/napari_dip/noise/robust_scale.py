"""The standard deviation of noise under which there may be structure.

Medians tell it, also in classes of like brightness.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.interpolation import interpolate
from napari_dip.noise.blocks import QUARTILE
from napari_dip.noise.homogeneous import CLASSES, FEWEST, pixels_of

# Where the median is less than this part of the 95 % quantile, most values are
# next to nothing and a few are not: single photons in the dark. It is 0.34 of
# normal values and 0.23 of those with exponential tails.
_FEW = 0.12
_OUTER = 0.95

# Medians of more tell nothing new: their error is below a hundredth.
_MOST_PIXELS = 2**20
_TINY = 1e-6


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
    return magnitudes.median(dim=dim).values / QUARTILE


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
    return torch.where(QUARTILE * typical < _FEW * outer, mean_square, typical)


def noise_scale(
    residual: Tensor, estimate: Tensor, known: Tensor, blocks: Tensor
) -> Tensor:
    """Standard deviation of the noise at each pixel, by brightness.

    Pixels are sorted into classes of like brightness, and the deviation of
    each is taken from the median of the finest detail, which structure
    hardly moves.

    Parameters
    ----------
    residual, estimate, known : Tensor
        ``(1, channels, height, width)``: what a fit has left of the data, the
        fit, and 1 where a pixel was measured.
    blocks : Tensor
        Those that tell the noise, in the grid of
        :func:`~napari_dip.noise.homogeneous.homogeneous_blocks`.

    Returns
    -------
    Tensor
        Same shape, greater than 0.
    """
    fine = _finest_detail(residual, known).abs()
    height, width = residual.shape[-2:]
    counted = known * pixels_of(blocks, (height, width))
    return scale_by_brightness(fine, estimate, counted, spread)


def scale_by_brightness(
    magnitude: Tensor,
    estimate: Tensor,
    known: Tensor,
    measure: Callable[[Tensor, int], Tensor] = median_spread,
) -> Tensor:
    """Standard deviation at each pixel, from its class of brightness.

    Parameters
    ----------
    magnitude : Tensor
        ``(1, channels, height, width)``: absolute values of what is normally
        distributed.
    estimate : Tensor
        Same shape: the brightness.
    known : Tensor
        Same shape, 1 where a magnitude counts.
    measure : callable
        From magnitudes and an axis to standard deviations.

    Returns
    -------
    Tensor
        Same shape, greater than 0.
    """
    planes = [
        _scale_of_channel(*channel, measure)
        for channel in zip(magnitude[0], estimate[0], known[0], strict=True)
    ]
    return torch.stack(planes)[None]


def _finest_detail(residual: Tensor, known: Tensor) -> Tensor:
    """Second difference along both axes, of unit norm over what is known."""
    padded, seen = (
        F.pad(x, (1, 1, 1, 1), mode='reflect') for x in (residual, known)
    )
    power = seen.new_tensor([1.0, 4.0, 1.0])
    weight = power.outer(power).expand(seen.shape[1], 1, 3, 3)
    norm = F.conv2d(seen, weight, groups=seen.shape[1]).sqrt()
    detail = padded.diff(n=2, dim=-1).diff(n=2, dim=-2)
    return detail / norm.clamp(min=1)


def _scale_of_channel(
    magnitude: Tensor,
    level: Tensor,
    known: Tensor,
    measure: Callable[[Tensor, int], Tensor],
) -> Tensor:
    counted = torch.nonzero(known.flatten() > 0)[:, 0]
    if not len(counted):
        return torch.full_like(level, _TINY)
    counted = counted[:: -(-len(counted) // _MOST_PIXELS)]
    values, brightness = magnitude.take(counted), level.take(counted)
    classes = _classes_of(brightness)
    members = [classes == index for index in torch.unique(classes)]
    levels = torch.stack([brightness[m].median() for m in members])
    scales = torch.stack([measure(values[m], 0) for m in members])
    return interpolate(level, levels, scales.clamp(min=_TINY))


def _classes_of(level: Tensor) -> Tensor:
    """Class of each pixel: as many pixels in each, equal ones together."""
    ascending = level.flatten().sort().values
    count = max(1, min(CLASSES, len(ascending) // FEWEST))
    first = torch.arange(1, count, device=level.device) * len(ascending)
    edges = torch.unique(ascending[first // count])
    return torch.bucketize(level.contiguous(), edges, right=True)

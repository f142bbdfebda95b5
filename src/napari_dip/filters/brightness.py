"""Brightness and contrast of an estimate, taken from the data."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.interpolation import TINY
from napari_dip.noise.homogeneous import SIDE


def calibrate(estimate: Tensor, data: Tensor, known: Tensor) -> Tensor:
    """Map each channel of an estimate to the brightness of the data.

    The weights of a network drift in their common scale, and with them the
    brightness of all it puts out, long after its structures have settled. One
    factor and one offset, by least squares over the means of blocks, take
    that out.

    Parameters
    ----------
    estimate, data : Tensor
        ``(1, channels, height, width)``, at least 8 × 8 pixels.
    known : Tensor
        Same shape, 0 where the data are missing.

    Returns
    -------
    Tensor
        Same shape. A channel without contrast is shifted only.

    Examples
    --------
    >>> import torch
    >>> data = torch.rand(1, 1, 32, 32)
    >>> again = calibrate(data / 3 - 1, data, torch.ones_like(data))
    >>> bool(torch.allclose(again, data, atol=1e-4))
    True
    """
    # The noise of a pixel is in the estimate too; in the mean of a block it
    # is weak beside what differs from block to block.
    weight = F.avg_pool2d(known, SIDE).flatten(2)
    share = weight / weight.sum(-1, keepdim=True).clamp(min=TINY)
    x, y = (
        F.avg_pool2d(image * known, SIDE).flatten(2) / weight.clamp(min=TINY)
        for image in (estimate, data)
    )
    x_mean, y_mean = ((share * z).sum(-1, keepdim=True) for z in (x, y))
    x, y = x - x_mean, y - y_mean
    variance = (share * x.square()).sum(-1, keepdim=True)
    slope = (share * x * y).sum(-1, keepdim=True) / variance.clamp(min=TINY)
    slope = torch.where(variance > TINY, slope, 1.0)
    shift = y_mean - slope * x_mean
    return estimate * slope[..., None] + shift[..., None]

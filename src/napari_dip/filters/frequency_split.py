"""Two estimates in one: what is coarse of the one, what is fine of the other.

As of loudspeakers, each of which is given the sounds that it is good at.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.operators.blur import REACH


def cross_over(coarse: Tensor, fine: Tensor, scale: float) -> Tensor:
    """Take what is coarser than a scale from one image, the rest from another.

    Parameters
    ----------
    coarse, fine : Tensor
        ``(1, channels, height, width)``: the images.
    scale : float
        Standard deviation of the Gaussian that parts them, in pixels.

    Returns
    -------
    Tensor
        Same shape: the coarse image plus the difference, less what a
        Gaussian leaves of it.

    Examples
    --------
    >>> import torch
    >>> dark, bright = torch.zeros(1, 1, 32, 32), torch.ones(1, 1, 32, 32)
    >>> bool(cross_over(dark, bright, 2.0).abs().max() < 1e-6)
    True
    """
    difference = fine - coarse
    return coarse + difference.sub_(_blur(difference, scale))


def _blur(image: Tensor, scale: float) -> Tensor:
    planes = image.transpose(0, 1)
    rows = _blur_along_columns(planes, scale)
    return _blur_along_columns(rows.mT, scale).mT.transpose(0, 1)


def _blur_along_columns(planes: Tensor, scale: float) -> Tensor:
    height = planes.shape[-2]
    reach = min(math.ceil(REACH * scale), height - 1)
    distance = torch.arange(
        -reach, reach + 1, dtype=planes.dtype, device=planes.device
    )
    weights = torch.exp(-((distance / scale) ** 2) / 2).to(planes)
    kernel = (weights / weights.sum())[:, None]
    padded = F.pad(planes, (0, 0, reach, reach), mode='reflect')
    return F.conv2d(padded, kernel[None, None])

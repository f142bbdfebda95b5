"""Any image size through a network that wants multiples."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def padded_length(length: int, multiple: int, least: int = 2) -> int:
    """Smallest multiple that holds `length`, and at least `least` multiples.

    Two, because the deepest scale of a network needs two pixels: reflection
    cannot pad a single one, nor can a batch statistic be taken over it.
    """
    return max(least, -(-length // multiple)) * multiple


def reflected_indices(
    length: int, padded: int, device: torch.device, before: int = 0
) -> Tensor:
    """Indices that extend an axis by reflection, to any length.

    `before` of them come before the first pixel, the others at the end.
    """
    position = torch.arange(padded, device=device) - before
    if length == 1:
        return torch.zeros_like(position)
    period = 2 * (length - 1)
    position = position.remainder(period)
    return torch.minimum(position, period - position)


def reflect(image: Tensor, before: int, height: int, width: int) -> Tensor:
    """Extend an image by reflection to any size.

    Parameters
    ----------
    image : Tensor
        ``(n, c, h, w)``.
    before : int
        Pixels put before the first row and column; the rest of the margin
        comes after the last.
    height, width : int
        Size of the result, at least that of the image and `before`.
    """
    tall, wide = image.shape[-2:]
    below, right = height - before - tall, width - before - wide
    if max(before, below) < tall and max(before, right) < wide:
        # Twenty times as fast as indices, but reflects only once.
        margins = (before, right, before, below)
        return F.pad(image, margins, mode='reflect')
    for axis, length, padded in ((-2, tall, height), (-1, wide, width)):
        indices = reflected_indices(length, padded, image.device, before)
        image = image.index_select(image.ndim + axis, indices)
    return image


class Padded(nn.Module):
    """Reflect to a multiple, apply the body, cut the margin off again.

    The margin is at the end of each axis, so that the coarse grids start at
    the first pixel: windows that start at multiples of `multiple` then see
    the same grids as the whole image, and tiles join without a seam.

    Parameters
    ----------
    body : nn.Module
        Network that keeps sizes that are multiples of `multiple`.
    multiple : int
        Product of the strides of the body.
    least : int
        Pixels that the deepest scale of the body needs along each axis.
    border : int
        Pixels, a multiple of `multiple`, put around the image on all sides:
        a body whose convolutions continue an image by zeros does worse along
        the edge, which is then cut off.
    """

    def __init__(
        self,
        body: nn.Module,
        multiple: int,
        least: int = 2,
        border: int = 0,
    ) -> None:
        super().__init__()
        self.border = border
        self.body = body
        self.multiple = multiple
        self.least = least

    def forward(self, z: Tensor) -> Tensor:
        """Map ``(n, c, h, w)`` to ``(n, channels_out, h, w)``."""
        height, width = z.shape[-2:]
        tall, wide = (
            padded_length(n + 2 * self.border, self.multiple, self.least)
            for n in (height, width)
        )
        z = reflect(z, self.border, tall, wide)
        x: Tensor = self.body(z)
        first = self.border
        return x[..., first : first + height, first : first + width]

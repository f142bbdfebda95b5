"""Any image size through a network that wants multiples."""

from __future__ import annotations

from collections.abc import Sequence

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


def reflect(image: Tensor, before: int, shape: Sequence[int]) -> Tensor:
    """Extend an image by reflection to any size.

    Parameters
    ----------
    image : Tensor
        ``(n, c, *shape)``, of any number of spatial axes.
    before : int
        Pixels put before the first along each axis; the rest of the margin
        comes after the last.
    shape : sequence of int
        Shape of the result, at least that of the image and `before`.
    """
    lengths = image.shape[2:]
    after = [
        padded - before - length
        for padded, length in zip(shape, lengths, strict=True)
    ]
    if all(
        max(before, margin) < length
        for margin, length in zip(after, lengths, strict=True)
    ):
        # Twenty times as fast as indices, but reflects only once.
        margins = [n for margin in after[::-1] for n in (before, margin)]
        return F.pad(image, margins, mode='reflect')
    for axis, (length, padded) in enumerate(
        zip(lengths, shape, strict=True), start=2
    ):
        indices = reflected_indices(length, padded, image.device, before)
        image = image.index_select(axis, indices)
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
        """Map ``(n, c, *shape)`` to ``(n, channels_out, *shape)``."""
        shape = z.shape[2:]
        padded = [
            padded_length(n + 2 * self.border, self.multiple, self.least)
            for n in shape
        ]
        x: Tensor = self.body(reflect(z, self.border, padded))
        first = self.border
        for axis, length in enumerate(shape, start=2):
            x = x.narrow(axis, first, length)
        return x

"""Any image size through a network that wants multiples."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def padded_length(length: int, multiple: int) -> int:
    """Smallest multiple that holds `length`, and at least two multiples.

    Two, because the deepest scale of a network needs two pixels: reflection
    cannot pad a single one, nor can a batch statistic be taken over it.
    """
    return max(2, -(-length // multiple)) * multiple


def reflected_indices(
    length: int, padded: int, device: torch.device
) -> Tensor:
    """Indices that extend an axis by reflection, centred, to any length."""
    position = torch.arange(padded, device=device) - (padded - length) // 2
    if length == 1:
        return torch.zeros_like(position)
    period = 2 * (length - 1)
    position = position.remainder(period)
    return torch.minimum(position, period - position)


class Padded(nn.Module):
    """Reflect to a multiple, apply the body, cut the margin off again.

    Parameters
    ----------
    body : nn.Module
        Network that keeps sizes that are multiples of `multiple`.
    multiple : int
        Product of the strides of the body.
    """

    def __init__(self, body: nn.Module, multiple: int) -> None:
        super().__init__()
        self.body = body
        self.multiple = multiple

    def forward(self, z: Tensor) -> Tensor:
        """Map ``(n, c, h, w)`` to ``(n, channels_out, h, w)``."""
        height, width = z.shape[-2:]
        top, left = 0, 0
        for axis, length in ((-2, height), (-1, width)):
            padded = padded_length(length, self.multiple)
            if padded == length:
                continue
            indices = reflected_indices(length, padded, z.device)
            z = z.index_select(z.ndim + axis, indices)
            if axis == -2:
                top = (padded - length) // 2
            else:
                left = (padded - length) // 2
        x: Tensor = self.body(z)
        return x[..., top : top + height, left : left + width]

"""Convolution of a doubled coarse scale beside a fine one, made cheap."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_SIDE = 3


def _spreading() -> Tensor:
    """Matrix from the taps of a 3 × 3 kernel to those of a 4 × 4 one.

    Along an axis, a coarse pixel is two equal fine ones, so a fine pixel's
    three taps fall on coarse pixels one or two at a time. The column of a tap
    says which of the four taps of the transposed convolution it adds to.
    """
    axis = torch.zeros(_SIDE + 1, _SIDE, dtype=torch.float32)
    for tap in range(_SIDE):
        axis[_SIDE - 1 - tap : _SIDE + 1 - tap, tap] = 1
    return torch.kron(axis, axis).T.contiguous()


class Merge(nn.Conv2d):
    """3 × 3 convolution of (coarse doubled by nearest neighbour, fine).

    The same function as to enlarge, concatenate and convolve, and with the
    same weights. But the doubled image is never made: its part is a
    transposed convolution of the coarse one, with 4/9 of the products, and
    no gradient has to be gathered from a slice of the concatenation.

    Parameters
    ----------
    coarse, fine, out : int
        Channels of the coarse scale, of the fine one and of the result.

    Examples
    --------
    >>> import torch
    >>> coarse, fine = torch.zeros(1, 4, 8, 8), torch.zeros(1, 2, 16, 16)
    >>> Merge(4, 2, 3)(coarse, fine).shape
    torch.Size([1, 3, 16, 16])
    """

    _spread: Tensor

    def __init__(self, coarse: int, fine: int, out: int) -> None:
        super().__init__(coarse + fine, out, _SIDE, padding=1)
        self.coarse = coarse
        self.register_buffer('_spread', _spreading(), persistent=False)

    def forward(  # type: ignore[override]
        self, coarse: Tensor, fine: Tensor
    ) -> Tensor:
        """Map ``(n, coarse, h, w)`` and ``(n, fine, 2 h, 2 w)`` to one."""
        weight = self.weight[:, self.coarse :].contiguous(
            memory_format=torch.channels_last
        )
        merged = F.conv2d(fine, weight, self.bias, padding=1)
        return merged.add_(
            F.conv_transpose2d(coarse, self._kernel(), stride=2, padding=1)
        )

    def _kernel(self) -> Tensor:
        """Weights of the coarse channels as the transposed convolution's."""
        weight = self.weight[:, : self.coarse].transpose(0, 1)
        # Sums of weights: not where matrix products are rounded.
        with torch.autocast(weight.device.type, enabled=False):
            kernel = weight.reshape(-1, _SIDE**2) @ self._spread
        return kernel.view(*weight.shape[:2], _SIDE + 1, _SIDE + 1)

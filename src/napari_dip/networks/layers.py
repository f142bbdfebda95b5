"""Layers for images of two and three axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from napari_dip.grid.by_axes import (
    ByAxes,
    convolve,
    convolve_transposed,
    linear,
)

_SIDE = 3
#: Leaky enough that no unit dies in a fit of a few hundred iterations.
SLOPE = 0.1


Conv: ByAxes[Any] = ByAxes('convolution', nn.Conv2d, nn.Conv3d, first=2)
BatchNorm: ByAxes[Any] = ByAxes(
    'batch norm', nn.BatchNorm2d, nn.BatchNorm3d, first=2
)
AveragePool: ByAxes[Any] = ByAxes(
    'average pooling', nn.AvgPool2d, nn.AvgPool3d, first=2
)
#: Modes of upsampling, by the name of that of two axes.
upsampling = {
    'nearest': ByAxes('upsampling', 'nearest', 'nearest', first=2),
    'bilinear': linear,
}
#: Memory layout that the fast convolution kernels want.
channels_last: ByAxes[torch.memory_format] = ByAxes(
    'memory layout', torch.channels_last, torch.channels_last_3d, first=2
)

#: To ask what a layer is.
CONVOLUTIONS = (nn.Conv2d, nn.Conv3d)
NORMS = (nn.BatchNorm2d, nn.BatchNorm3d)


def pixel_unshuffle(image: Tensor, factor: int) -> Tensor:
    """Fold blocks of pixels into channels.

    Parameters
    ----------
    image : Tensor
        ``(n, c, *shape)``.
    factor : int
        Pixels along a side of a block.

    Returns
    -------
    Tensor
        ``(n, c factor^axes, *shape / factor)``.
    """
    ndim = image.ndim - 2
    if ndim == 2:
        return F.pixel_unshuffle(image, factor)
    count, channels, *shape = image.shape
    pairs = [part for n in shape for part in (n // factor, factor)]
    order = [*range(3, 2 * ndim + 2, 2), *range(2, 2 * ndim + 2, 2)]
    folded = image.reshape(count, channels, *pairs).permute(0, 1, *order)
    return folded.reshape(
        count, channels * factor**ndim, *(n // factor for n in shape)
    )


def pixel_shuffle(image: Tensor, factor: int) -> Tensor:
    """Undo :func:`pixel_unshuffle`."""
    ndim = image.ndim - 2
    if ndim == 2:
        return F.pixel_shuffle(image, factor)
    count, channels, *shape = image.shape
    split = image.reshape(count, -1, *(factor,) * ndim, *shape)
    order = [axis for n in range(ndim) for axis in (2 + ndim + n, 2 + n)]
    return split.permute(0, 1, *order).reshape(
        count, channels // factor**ndim, *(n * factor for n in shape)
    )


def _spreading(ndim: int) -> Tensor:
    """Matrix from the taps of a kernel of side 3 to those of one of side 4.

    Along an axis, a coarse pixel is two equal fine ones, so a fine pixel's
    three taps fall on coarse pixels one or two at a time. The column of a tap
    says which of the four taps of the transposed convolution it adds to.
    """
    axis = torch.zeros(_SIDE + 1, _SIDE, dtype=torch.float32)
    for tap in range(_SIDE):
        axis[_SIDE - 1 - tap : _SIDE + 1 - tap, tap] = 1
    matrix = axis
    for _ in range(ndim - 1):
        matrix = torch.kron(matrix, axis)
    return matrix.T.contiguous()


class _Merge(nn.Module):
    """Convolution of (coarse doubled by nearest neighbour, fine), of side 3.

    The same function as to upsample, concatenate and convolve, and with the
    same weights. But the doubled image is never made: its part is a
    transposed convolution of the coarse one, with 4/9 of the products (8/27
    in 3-D), and no gradient has to be gathered from a slice of the
    concatenation.

    Parameters
    ----------
    coarse, fine, out : int
        Channels of the coarse scale, of the fine one and of the result.

    Examples
    --------
    >>> import torch
    >>> coarse, fine = torch.zeros(1, 4, 8, 8), torch.zeros(1, 2, 16, 16)
    >>> Merge[2](4, 2, 3)(coarse, fine).shape
    torch.Size([1, 3, 16, 16])
    """

    ndim: ClassVar[int]
    weight: Tensor
    bias: Tensor | None
    _spread: Tensor

    def __init__(self, coarse: int, fine: int, out: int) -> None:
        super().__init__(coarse + fine, out, _SIDE, padding=1)
        self.coarse = coarse
        spread = _spreading(self.ndim)
        self.register_buffer('_spread', spread, persistent=False)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Map ``(n, coarse, *shape)`` and ``(n, fine, 2 *shape)`` to one."""
        weight = self.weight[:, self.coarse :].contiguous(
            memory_format=channels_last[self.ndim]
        )
        merged: Tensor = convolve[self.ndim](
            fine, weight, self.bias, padding=1
        )
        return merged.add_(
            convolve_transposed[self.ndim](
                coarse, self._kernel(), stride=2, padding=1
            )
        )

    def _kernel(self) -> Tensor:
        """Weights of the coarse channels as the transposed convolution's."""
        weight = self.weight[:, : self.coarse].transpose(0, 1)
        # Sums of weights: not where matrix products are rounded.
        with torch.autocast(weight.device.type, enabled=False):
            kernel = weight.reshape(-1, _SIDE**self.ndim) @ self._spread
        return kernel.view(*weight.shape[:2], *(_SIDE + 1,) * self.ndim)


class _Merge2d(_Merge, nn.Conv2d):  # type: ignore[misc]
    ndim = 2


class _Merge3d(_Merge, nn.Conv3d):  # type: ignore[misc]
    ndim = 3


Merge: ByAxes[Any] = ByAxes('merging of scales', _Merge2d, _Merge3d, first=2)


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

"""The light default: a trunk that starts at reduced resolution."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from torch import Tensor, nn

from napari_dip.grid.by_axes import ByAxes
from napari_dip.networks.layers import (
    SLOPE,
    BatchNorm,
    Conv,
    Merge,
    Padded,
    channels_last,
    pixel_shuffle,
    pixel_unshuffle,
)

Norm = Literal['none', 'batch']

_NORMS: dict[Norm, ByAxes[Any] | None] = {'none': None, 'batch': BatchNorm}


@dataclass(frozen=True)
class UNetSpec:
    """Shape of a :class:`UNet`.

    Parameters
    ----------
    widths : tuple of int
        Channels of each scale of the trunk, finest first.
    reduction : int
        Pixels of the image along one side of a pixel of the finest scale.
    norm : {'none', 'batch'}
        Without normalisation the network is the same function of any
        window of the latent, so that it can be fitted on windows and
        evaluated in tiles over an image of any size without a seam.
    """

    widths: tuple[int, ...] = (64, 64, 128, 128)
    reduction: int = 2
    norm: Norm = 'none'

    def build(
        self, channels_in: int, channels_out: int, ndim: int = 2
    ) -> nn.Module:
        """Build the network with PyTorch's default weights."""
        return UNet(self, channels_in, channels_out, ndim)

    @property
    def multiple(self) -> int:
        """Product of the strides, in pixels."""
        return self.reduction << (len(self.widths) - 1)


# Pixels along each axis of the coarsest scale. Of fewer than four planes the
# bfloat16 gradients of oneDNN hold what was in memory before.
_LEAST: ByAxes[int] = ByAxes('least size', 2, 4, first=2)


def _convolution(
    spec: UNetSpec,
    ndim: int,
    channels_in: int,
    channels_out: int,
    stride: int = 1,
) -> nn.Sequential:
    layer = Conv[ndim](channels_in, channels_out, 3, stride, 1)
    return nn.Sequential(_gained(layer), *_after(spec, ndim, channels_out))


def _gained(layer: nn.Module) -> nn.Module:
    # He et al. 2015 for a leaky ReLU; uniform, so times sqrt(3).
    layer.gain = (6 / (1 + SLOPE**2)) ** 0.5
    return layer


def _after(spec: UNetSpec, ndim: int, channels: int) -> list[nn.Module]:
    """Layers that follow a convolution."""
    layers: list[nn.Module] = []
    norm = _NORMS[spec.norm]
    if norm is not None:
        layers.append(norm[ndim](channels, track_running_stats=False))
    layers.append(nn.LeakyReLU(SLOPE, inplace=True))
    return layers


class _Up(nn.Module):
    """Double the coarser scale and merge it with what came down."""

    def __init__(
        self, spec: UNetSpec, ndim: int, coarse: int, fine: int
    ) -> None:
        super().__init__()
        self.merge = _gained(Merge[ndim](coarse, fine, fine))
        self.after = nn.Sequential(
            *_after(spec, ndim, fine), _convolution(spec, ndim, fine, fine)
        )

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        x: Tensor = self.after(self.merge(coarse, fine))
        return x


class _Body(nn.Module):
    """Pixel unshuffle, U-shaped trunk, pixel shuffle."""

    def __init__(
        self,
        spec: UNetSpec,
        channels_in: int,
        channels_out: int,
        ndim: int,
    ) -> None:
        super().__init__()
        self.reduction = spec.reduction
        self._layout = channels_last[ndim]
        area = spec.reduction**ndim
        widths = spec.widths
        pairs = list(pairwise(widths))
        self.enter = _convolution(spec, ndim, channels_in * area, widths[0])
        self.down = nn.ModuleList(
            nn.Sequential(
                _convolution(spec, ndim, fine, coarse, stride=2),
                _convolution(spec, ndim, coarse, coarse),
            )
            for fine, coarse in pairs
        )
        self.up = nn.ModuleList(
            _Up(spec, ndim, coarse, fine) for fine, coarse in reversed(pairs)
        )
        self.leave = Conv[ndim](widths[0], channels_out * area, 1)
        # A first estimate near zero, the mean of standardised data.
        self.leave.gain = 0.1

    def forward(self, z: Tensor) -> Tensor:
        # By 1 they would copy the image for nothing.
        x = pixel_unshuffle(z, self.reduction) if self.reduction > 1 else z
        x = self.enter(x.contiguous(memory_format=self._layout))
        finer = []
        for halve in self.down:
            finer.append(x)
            x = halve(x)
        for merge in self.up:
            x = merge(x, finer.pop())
        x = self.leave(x)
        return pixel_shuffle(x, self.reduction) if self.reduction > 1 else x


class UNet(Padded):
    """U-shaped network whose finest scale is coarser than the image.

    More than half of the published network's work is done at full
    resolution. Here the latent is folded into channels first and the image
    unfolded last, so that no convolution runs at full resolution.

    Parameters
    ----------
    spec : UNetSpec
        Widths, reduction and normalisation.
    channels_in, channels_out : int
        Channels of the latent and of the image.
    ndim : int
        Spatial axes of the image, 2 or 3.

    Examples
    --------
    >>> import torch
    >>> network = UNetSpec(widths=(8, 8)).build(2, 1)
    >>> network(torch.zeros(1, 2, 17, 23)).shape
    torch.Size([1, 1, 17, 23])
    """

    def __init__(
        self,
        spec: UNetSpec,
        channels_in: int,
        channels_out: int,
        ndim: int = 2,
    ) -> None:
        # A network fitted on windows has met edges all over the image.
        border = 0 if _NORMS[spec.norm] is None else spec.multiple
        super().__init__(
            _Body(spec, channels_in, channels_out, ndim),
            spec.multiple,
            least=_LEAST[ndim],
            border=border,
        )
        layout = channels_last[ndim]
        self.to(memory_format=layout)  # type: ignore[call-overload]

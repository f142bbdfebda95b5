"""The published encoder-decoder with skip connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from napari_dip.networks.layers import (
    AveragePool,
    BatchNorm,
    Conv,
    Padded,
    upsampling,
)

Upsampling = Literal['nearest', 'bilinear']
Downsampling = Literal['stride', 'average']

# Strides of a convolution and of the average pooling after it.
_STRIDES: dict[Downsampling, tuple[int, int]] = {
    'stride': (2, 1),
    'average': (1, 2),
}


@dataclass(frozen=True)
class SkipSpec:
    """Shape of an :class:`SkipNetwork`; one entry a scale, finest first.

    Parameters
    ----------
    down, up, skip : tuple of int
        Channels of the encoder, the decoder and the skip connections;
        a skip of 0 is none.
    down_kernel : tuple of int
        Side of the encoder's convolution kernels, in pixels.
    up_kernel : tuple of int
        Side of the decoder's convolution kernels, in pixels.
    upsampling : tuple of {'nearest', 'bilinear'}
        Interpolation from each scale's coarser neighbour; 'bilinear' is
        trilinear in 3-D.
    downsampling : {'stride', 'average'}
        How a scale is halved.
    padding : {'reflect', 'zeros'}
        Border of the convolutions.
    pointwise : bool
        Whether a convolution of one pixel follows each decoder convolution.
    sigmoid : bool
        Whether the output is squeezed into 0 to 1.
    """

    down: tuple[int, ...] = (128,) * 5
    up: tuple[int, ...] = (128,) * 5
    skip: tuple[int, ...] = (4,) * 5
    down_kernel: tuple[int, ...] = (3,) * 5
    up_kernel: tuple[int, ...] = (3,) * 5
    upsampling: tuple[Upsampling, ...] = ('bilinear',) * 5
    downsampling: Downsampling = 'stride'
    padding: Literal['reflect', 'zeros'] = 'reflect'
    pointwise: bool = True
    sigmoid: bool = True

    def __post_init__(self) -> None:
        """Refuse scales that do not match in number."""
        depths = {
            len(v)
            for v in (
                self.down,
                self.up,
                self.skip,
                self.down_kernel,
                self.up_kernel,
                self.upsampling,
            )
        }
        if len(depths) != 1:
            raise ValueError(
                'SkipSpec: down, up, skip, down_kernel, up_kernel and '
                'upsampling must have one entry a scale each; their lengths '
                f'are {sorted(depths)}.'
            )

    def build(
        self, channels_in: int, channels_out: int, ndim: int = 2
    ) -> nn.Module:
        """Build the network with PyTorch's default weights."""
        return SkipNetwork(self, channels_in, channels_out, ndim)


def _convolution(
    spec: SkipSpec,
    ndim: int,
    channels_in: int,
    channels_out: int,
    kernel: int,
    *,
    halve: bool = False,
) -> nn.Sequential:
    """Convolution, batch norm and leaky ReLU, halving if asked to."""
    stride, pooled = _STRIDES[spec.downsampling] if halve else (1, 1)
    layers: list[nn.Module] = [
        Conv[ndim](
            channels_in,
            channels_out,
            kernel,
            stride,
            kernel // 2,
            padding_mode=spec.padding if kernel > 1 else 'zeros',
        )
    ]
    if pooled > 1:
        layers.append(AveragePool[ndim](pooled))
    layers += [
        BatchNorm[ndim](channels_out, track_running_stats=False),
        nn.LeakyReLU(0.2, inplace=True),
    ]
    return nn.Sequential(*layers)


class _Scale(nn.Module):
    """One scale: skip beside (halve, coarser scales, double), then merge."""

    def __init__(
        self, spec: SkipSpec, ndim: int, scale: int, channels: int
    ) -> None:
        super().__init__()
        down, up, skip = spec.down[scale], spec.up[scale], spec.skip[scale]
        last = scale == len(spec.down) - 1
        kernel = spec.down_kernel[scale]
        self.skip = (
            _convolution(spec, ndim, channels, skip, 1) if skip else None
        )
        self.encode = nn.Sequential(
            _convolution(spec, ndim, channels, down, kernel, halve=True),
            _convolution(spec, ndim, down, down, kernel),
        )
        self.coarser = None if last else _Scale(spec, ndim, scale + 1, down)
        mode = upsampling[spec.upsampling[scale]][ndim]
        self.upsample = nn.Upsample(scale_factor=2, mode=mode)
        merged = skip + (down if last else spec.up[scale + 1])
        self.norm = BatchNorm[ndim](merged, track_running_stats=False)
        self.decode = nn.Sequential(
            _convolution(spec, ndim, merged, up, spec.up_kernel[scale])
        )
        if spec.pointwise:
            self.decode.append(_convolution(spec, ndim, up, up, 1))

    def forward(self, x: Tensor) -> Tensor:
        deep = self.encode(x)
        if self.coarser is not None:
            deep = self.coarser(deep)
        deep = self.upsample(deep)
        if self.skip is not None:
            deep = torch.cat([self.skip(x), deep], dim=1)
        decoded: Tensor = self.decode(self.norm(deep))
        return decoded


class SkipNetwork(Padded):
    """Encoder-decoder with skip connections, as published.

    Parameters
    ----------
    spec : SkipSpec
        Channels, kernels and interpolation of each scale.
    channels_in, channels_out : int
        Channels of the latent and of the image.
    ndim : int
        Spatial axes of the image, 2 or 3.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018, supplementary material, figure 21.

    Examples
    --------
    >>> network = SkipSpec().build(32, 3)
    >>> sum(p.numel() for p in network.parameters())
    2217831
    """

    def __init__(
        self,
        spec: SkipSpec,
        channels_in: int,
        channels_out: int,
        ndim: int = 2,
    ) -> None:
        layers: list[nn.Module] = [
            _Scale(spec, ndim, 0, channels_in),
            Conv[ndim](spec.up[0], channels_out, 1),
        ]
        if spec.sigmoid:
            layers.append(nn.Sigmoid())
        # Reflection needs one pixel more than it pads.
        least = max(2, spec.down_kernel[-1] // 2 + 1)
        super().__init__(nn.Sequential(*layers), 2 ** len(spec.down), least)

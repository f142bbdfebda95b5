"""The deep decoder: an under-parameterised network without convolutions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from napari_dip.grid.by_axes import linear
from napari_dip.networks.layers import AveragePool, BatchNorm, Conv, Padded


@dataclass(frozen=True)
class DeepDecoderSpec:
    """Shape of a :class:`DeepDecoder`.

    Parameters
    ----------
    width : int
        Channels of every layer.
    depth : int
        Number of layers; each but the last doubles the resolution.
    sigmoid : bool
        Whether the output is squeezed into 0 to 1.
    """

    width: int = 128
    depth: int = 5
    sigmoid: bool = False

    def build(
        self, channels_in: int, channels_out: int, ndim: int = 2
    ) -> nn.Module:
        """Build the network with PyTorch's default weights."""
        return DeepDecoder(self, channels_in, channels_out, ndim)


class _Decode(nn.Module):
    """Pointwise convolutions, ReLU and batch norm between linear doublings."""

    def __init__(
        self,
        spec: DeepDecoderSpec,
        channels_in: int,
        channels_out: int,
        ndim: int,
    ) -> None:
        super().__init__()
        self.ndim = ndim
        self.doublings = spec.depth - 1
        self.sigmoid = spec.sigmoid
        widths = [channels_in] + [spec.width] * spec.depth
        self.mix = nn.ModuleList(
            nn.Sequential(
                Conv[ndim](before, after, 1, bias=False),
                nn.ReLU(inplace=True),
                BatchNorm[ndim](after, track_running_stats=False),
            )
            for before, after in pairwise(widths)
        )
        self.leave = Conv[ndim](spec.width, channels_out, 1)

    def forward(self, z: Tensor) -> Tensor:
        # The latent lives on the coarsest grid; a draw comes at full size.
        x = AveragePool[self.ndim](2**self.doublings)(z)
        for index, layer in enumerate(self.mix):
            if index:
                x = F.interpolate(x, scale_factor=2, mode=linear[self.ndim])
            x = layer(x)
        image: Tensor = self.leave(x)
        return image.sigmoid() if self.sigmoid else image


class DeepDecoder(Padded):
    """Network with fewer weights than the image has pixels.

    Parameters
    ----------
    spec : DeepDecoderSpec
        Width and depth.
    channels_in, channels_out : int
        Channels of the latent and of the image.
    ndim : int
        Spatial axes of the image, 2 or 3.

    References
    ----------
    .. [1] R. Heckel, P. Hand, "Deep Decoder: Concise Image Representations
           from Untrained Non-convolutional Networks", ICLR 2019.

    Examples
    --------
    >>> import torch
    >>> network = DeepDecoderSpec(width=16).build(16, 1)
    >>> network(torch.rand(1, 16, 40, 33)).shape
    torch.Size([1, 1, 40, 33])
    """

    def __init__(
        self,
        spec: DeepDecoderSpec,
        channels_in: int,
        channels_out: int,
        ndim: int = 2,
    ) -> None:
        super().__init__(
            _Decode(spec, channels_in, channels_out, ndim),
            2 ** (spec.depth - 1),
        )

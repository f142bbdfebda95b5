"""A chain of convolutions at full resolution, which sees a few pixels far."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from napari_dip.networks.layers import SLOPE, Conv, channels_last


@dataclass(frozen=True)
class CNNSpec:
    """Shape of a :class:`CNN`.

    Parameters
    ----------
    width : int
        Channels of every layer but the last.
    depth : int
        Convolutions, each of 3 pixels along every axis.
    norm : {'none'}
        Always none: windows are seen as in the whole image.
    members : int
        Networks of an ensemble. Each is fitted to windows of its own; the
        estimate is their mean.
    """

    width: int = 32
    depth: int = 6
    norm: str = 'none'
    members: int = 1

    def build(
        self, channels_in: int, channels_out: int, ndim: int = 2
    ) -> nn.Module:
        """Build the network with PyTorch's default weights."""
        return CNN(self, channels_in, channels_out, ndim)

    @property
    def multiple(self) -> int:
        """Product of the strides, in pixels."""
        return 1


class CNN(nn.Module):
    """Convolutions one after the other, or the mean of several such chains.

    While it is fitted, each chain sees its share of the batch alone.

    Parameters
    ----------
    spec : CNNSpec
        Width, depth and members.
    channels_in, channels_out : int
        Channels of the latent and of the image.
    ndim : int
        Spatial axes of the image, 2 or 3.

    Examples
    --------
    >>> import torch
    >>> network = CNNSpec(width=8, depth=3).build(2, 1)
    >>> network(torch.zeros(1, 2, 17, 23)).shape
    torch.Size([1, 1, 17, 23])
    """

    def __init__(
        self,
        spec: CNNSpec,
        channels_in: int,
        channels_out: int,
        ndim: int = 2,
    ) -> None:
        super().__init__()
        self.bodies = nn.ModuleList(
            _chain(spec, channels_in, channels_out, ndim)
            for _ in range(spec.members)
        )
        self._layout = channels_last[ndim]
        self.to(memory_format=self._layout)  # type: ignore[call-overload]

    def forward(self, z: Tensor) -> Tensor:
        """Map ``(n, c, *shape)`` to ``(n, channels_out, *shape)``."""
        z = z.contiguous(memory_format=self._layout)
        members = len(self.bodies)
        if self.training and len(z) >= members:
            shares = zip(self.bodies, z.tensor_split(members), strict=True)
            return torch.cat([body(share) for body, share in shares])
        return torch.stack([body(z) for body in self.bodies]).mean(0)


def _chain(
    spec: CNNSpec, channels_in: int, channels_out: int, ndim: int
) -> nn.Module:
    widths = [channels_in] + [spec.width] * (spec.depth - 1)
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [
            # He et al. 2015 for a leaky ReLU; uniform, so times sqrt(3).
            _convolution(ndim, before, after, (6 / (1 + SLOPE**2)) ** 0.5),
            nn.LeakyReLU(SLOPE, inplace=True),
        ]
    # A first estimate near zero.
    layers.append(_convolution(ndim, widths[-1], channels_out, 0.1))
    return nn.Sequential(*layers)


def _convolution(ndim: int, before: int, after: int, gain: float) -> nn.Module:
    layer: nn.Module = Conv[ndim](
        before, after, 3, padding=1, padding_mode='replicate'
    )
    layer.gain = gain  # type: ignore[assignment]
    return layer

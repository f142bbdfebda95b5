"""A chain of convolutions at full resolution, which sees a few pixels far."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from napari_dip.networks.layers import Conv, channels_last

# As in the trunk.
_SLOPE = 0.1


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
    """

    width: int = 32
    depth: int = 6
    norm: str = 'none'

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
    """Convolutions one after the other.

    Parameters
    ----------
    spec : CNNSpec
        Width and depth.
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
        widths = [channels_in] + [spec.width] * (spec.depth - 1)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [
                # He et al. 2015 for a leaky ReLU; uniform, so times sqrt(3).
                _convolution(
                    ndim, before, after, (6 / (1 + _SLOPE**2)) ** 0.5
                ),
                nn.LeakyReLU(_SLOPE, inplace=True),
            ]
        # A first estimate near zero.
        layers.append(_convolution(ndim, widths[-1], channels_out, 0.1))
        self.body = nn.Sequential(*layers)
        self._layout = channels_last[ndim]
        self.to(memory_format=self._layout)  # type: ignore[call-overload]

    def forward(self, z: Tensor) -> Tensor:
        """Map ``(n, c, *shape)`` to ``(n, channels_out, *shape)``."""
        x: Tensor = self.body(z.contiguous(memory_format=self._layout))
        return x


def _convolution(ndim: int, before: int, after: int, gain: float) -> nn.Module:
    layer: nn.Module = Conv[ndim](
        before, after, 3, padding=1, padding_mode='replicate'
    )
    layer.gain = gain  # type: ignore[assignment]
    return layer

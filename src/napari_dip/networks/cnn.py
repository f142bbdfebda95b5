"""A chain of convolutions at full resolution, which sees a few pixels far."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

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
        Convolutions, each of 3 × 3 pixels.
    norm : {'none'}
        Always none: windows are seen as in the whole image.
    """

    width: int = 32
    depth: int = 6
    norm: str = 'none'

    def build(self, channels_in: int, channels_out: int) -> nn.Module:
        """Build the network with PyTorch's default weights."""
        return CNN(self, channels_in, channels_out)

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

    Examples
    --------
    >>> import torch
    >>> network = CNNSpec(width=8, depth=3).build(2, 1)
    >>> network(torch.zeros(1, 2, 17, 23)).shape
    torch.Size([1, 1, 17, 23])
    """

    def __init__(
        self, spec: CNNSpec, channels_in: int, channels_out: int
    ) -> None:
        super().__init__()
        widths = [channels_in] + [spec.width] * (spec.depth - 1)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [
                # He et al. 2015 for a leaky ReLU; uniform, so times sqrt(3).
                _convolution(before, after, (6 / (1 + _SLOPE**2)) ** 0.5),
                nn.LeakyReLU(_SLOPE, inplace=True),
            ]
        # A first estimate near zero.
        layers.append(_convolution(widths[-1], channels_out, 0.1))
        self.body = nn.Sequential(*layers)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor) -> Tensor:
        """Map ``(n, c, h, w)`` to ``(n, channels_out, h, w)``."""
        x: Tensor = self.body(z.contiguous(memory_format=torch.channels_last))
        return x


def _convolution(before: int, after: int, gain: float) -> nn.Conv2d:
    layer = nn.Conv2d(before, after, 3, padding=1, padding_mode='replicate')
    layer.gain = gain  # type: ignore[assignment]
    return layer

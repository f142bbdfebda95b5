"""Drawn images that tests of filters share."""

from __future__ import annotations

import torch
from torch import Tensor


def white_noise(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def stripes(side: int, channels: int = 1) -> Tensor:
    """Stripes of 4.8 pixels, as strong as 2."""
    column = torch.arange(side) * 1.3
    return 2 * torch.sin(column).expand(1, channels, side, side)


def error(image: Tensor, truth: Tensor) -> float:
    """Root mean square of the difference."""
    return float((image - truth).square().mean().sqrt())

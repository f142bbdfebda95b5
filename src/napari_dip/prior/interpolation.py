"""Values between knots, on any device."""

from __future__ import annotations

import torch
from torch import Tensor

_TINY = 1e-12


def interpolate(x: Tensor, knots: Tensor, values: Tensor) -> Tensor:
    """Piecewise linear through the knots, constant beyond them.

    Parameters
    ----------
    x : Tensor
        Where, of any shape.
    knots, values : Tensor
        ``(n,)``, the knots ascending.

    Examples
    --------
    >>> import torch
    >>> knots, values = torch.tensor([0.0, 2.0]), torch.tensor([1.0, 5.0])
    >>> interpolate(torch.tensor([-1.0, 1.0, 3.0]), knots, values)
    tensor([1., 3., 5.])
    """
    right = torch.searchsorted(knots, x.contiguous())
    low = (right - 1).clamp(min=0)
    high = right.clamp(max=len(knots) - 1)
    width = (knots[high] - knots[low]).clamp(min=_TINY)
    part = ((x - knots[low]) / width).clamp(0, 1)
    return torch.lerp(values[low], values[high], part)

"""Values between knots, on any device."""

from __future__ import annotations

import torch
from torch import Tensor

#: Keeps what is divided by finite.
TINY = 1e-12


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
    if len(knots) == 1:
        return values.expand(x.shape)
    widths = knots.diff().clamp(min=TINY)
    slopes = values.diff() / widths
    # In place: an image has many pixels.
    left = torch.searchsorted(knots, x.contiguous())
    left.sub_(1).clamp_(0, len(slopes) - 1)
    beyond = x.clamp(knots[0], knots[-1]).sub_(knots[left])
    return beyond.mul_(slopes[left]).add_(values[left])

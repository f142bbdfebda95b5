"""Gradients that are far longer than usual, shortened."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

# Iterations that tell what is usual. Nothing is shortened in the first half
# of them.
_REMEMBERED = 50


class GradientClipping:
    """Keep a single bad iteration from throwing a fit off.

    A network that normalises nothing has such iterations, with gradients up
    to millions of times as long as those around them. Adam would remember
    the length of one for a thousand iterations, and hardly move meanwhile.

    What is usual is the median over the latest iterations. It stays on the
    device, so that nothing waits for it.

    Parameters
    ----------
    times : float
        A gradient is shortened to so many times the usual length.

    References
    ----------
    .. [1] R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training
           recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> weight = torch.zeros(1, requires_grad=True)
    >>> limit = GradientClipping(times=2.0)
    >>> for slope in [1.0] * 50 + [9.0]:
    ...     weight.grad = torch.tensor([slope])
    ...     limit([weight])
    >>> weight.grad
    tensor([2.])
    """

    def __init__(self, times: float) -> None:
        self.times = times
        self._lengths: Tensor | None = None
        self._seen = 0

    @torch.no_grad()
    def __call__(self, weights: Iterable[Tensor]) -> None:
        """Shorten the gradients of weights, all together, in place."""
        gradients = [w.grad for w in weights if w.grad is not None]
        length = torch.stack(torch._foreach_norm(gradients)).norm()
        if self._lengths is None:
            self._lengths = length.new_full((_REMEMBERED,), math.inf)
        factor = self.times * self._lengths.median() / length
        torch._foreach_mul_(gradients, factor.clamp(max=1.0))
        self._lengths[self._seen % _REMEMBERED] = length
        self._seen += 1

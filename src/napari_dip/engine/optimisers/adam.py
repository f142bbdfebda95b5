"""Adam, without what torch.optim loads at its first step.

The decorators of :mod:`torch.optim` import the compiler, some 900 modules:
two seconds before the first preview, during which napari's window stalls.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

_BETA_1, _BETA_2 = 0.9, 0.999
_EPSILON = 1e-8


class Adam:
    """Adaptive moment estimation over all weights at once.

    Parameters
    ----------
    weights : iterable of Tensor
        Weights, changed in place by :meth:`step`.
    learning_rate : float
        Step; may be set anew before each one.

    References
    ----------
    .. [1] D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization",
           ICLR 2015.

    Examples
    --------
    >>> weight = torch.ones(1, requires_grad=True)
    >>> adam = Adam([weight], learning_rate=0.1)
    >>> (weight**2).sum().backward()
    >>> adam.step()
    >>> round(weight.item(), 3)
    0.9
    """

    def __init__(
        self, weights: Iterable[Tensor], learning_rate: float
    ) -> None:
        self.learning_rate = learning_rate
        self._weights = list(weights)
        self._means = [torch.zeros_like(w) for w in self._weights]
        self._squares = [torch.zeros_like(w) for w in self._weights]
        self._steps = 0

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for weight in self._weights:
            weight.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Take a step against the gradients."""
        used = [i for i, w in enumerate(self._weights) if w.grad is not None]
        if not used:
            return
        weights = [self._weights[i] for i in used]
        means = [self._means[i] for i in used]
        squares = [self._squares[i] for i in used]
        gradients = [w.grad for w in weights if w.grad is not None]
        self._steps += 1
        torch._foreach_lerp_(means, gradients, 1 - _BETA_1)
        torch._foreach_mul_(squares, _BETA_2)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - _BETA_2)
        scale = torch._foreach_sqrt(squares)
        torch._foreach_div_(scale, (1 - _BETA_2**self._steps) ** 0.5)
        torch._foreach_add_(scale, _EPSILON)
        size = self.learning_rate / (1 - _BETA_1**self._steps)
        torch._foreach_addcdiv_(weights, means, scale, -size)

    def state_dict(self) -> dict[str, Any]:
        """Return the moments; they go on changing."""
        return {
            'means': self._means,
            'squares': self._squares,
            'steps': self._steps,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over moments."""
        torch._foreach_copy_(self._means, state['means'])
        torch._foreach_copy_(self._squares, state['squares'])
        self._steps = state['steps']

"""What takes the steps of a fit: Adam, Muon, and gradients kept in bounds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal, Protocol

import torch
from torch import Tensor


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
        # As the paper has them, and nobody has gained by others.
        beta_1, beta_2, epsilon = 0.9, 0.999, 1e-8
        torch._foreach_lerp_(means, gradients, 1 - beta_1)
        torch._foreach_mul_(squares, beta_2)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - beta_2)
        scale = torch._foreach_sqrt(squares)
        torch._foreach_div_(scale, (1 - beta_2**self._steps) ** 0.5)
        torch._foreach_add_(scale, epsilon)
        size = self.learning_rate / (1 - beta_1**self._steps)
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


# Root mean square of a step, in learning rates. Adam's is 0.2 to 0.4, and
# twice this one was worse.
_STEP = 0.1
# Convolutions from or to fewer channels are left to Adam: that of the image
# to the first channels, and that of the last channels to the image.
_LEAST_CHANNELS = 8


class Muon:
    """Orthogonalised momentum for convolutions, Adam for all other weights.

    The gradient of a convolution has a few great singular values, and a step
    along it changes little else. A step with the same singular vectors and
    all singular values alike learns the rest as quickly.

    Parameters
    ----------
    weights : iterable of Tensor
        Weights, changed in place by :meth:`step`.
    learning_rate : float
        Step; may be set anew before each one.

    References
    ----------
    .. [1] K. Jordan et al., "Muon: An optimizer for hidden layers in neural
           networks", 2024.
    .. [2] J. Liu et al., "Muon is Scalable for LLM Training", 2025: the step
           by the sides of a matrix.

    Examples
    --------
    >>> weight = torch.ones(8, 8, 1, 1, requires_grad=True)
    >>> muon = Muon([weight], learning_rate=1.0)
    >>> (weight * torch.eye(8)[..., None, None]).sum().backward()
    >>> muon.step()
    >>> change = 1 - weight.detach()[..., 0, 0]
    >>> singular = torch.linalg.svdvals(change)
    >>> bool(((singular > 0.15) & (singular < 0.35)).all())
    True
    """

    def __init__(
        self, weights: Iterable[Tensor], learning_rate: float
    ) -> None:
        self._matrices: list[Tensor] = []
        others: list[Tensor] = []
        for weight in weights:
            (self._matrices if _is_wide(weight) else others).append(weight)
        self._means = [torch.zeros_like(w) for w in self._matrices]
        self._adam = Adam(others, learning_rate)

    @property
    def learning_rate(self) -> float:
        """Step, for all weights."""
        return self._adam.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._adam.learning_rate = rate

    def zero_grad(self) -> None:
        """Forget the gradients."""
        self._adam.zero_grad()
        for weight in self._matrices:
            weight.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Take a step against the gradients."""
        self._adam.step()
        used = [i for i, w in enumerate(self._matrices) if w.grad is not None]
        if not used:
            return
        weights = [self._matrices[i] for i in used]
        means = [self._means[i] for i in used]
        gradients = [w.grad for w in weights if w.grad is not None]
        momentum = 0.95
        torch._foreach_lerp_(means, gradients, 1 - momentum)
        ahead = torch._foreach_lerp(gradients, means, momentum)
        for weight, gradient in zip(weights, ahead, strict=True):
            matrix = gradient.flatten(1)
            size = self.learning_rate * _STEP * max(matrix.shape) ** 0.5
            direction = orthogonalise(matrix).view(weight.shape)
            weight.sub_(direction, alpha=size)

    def state_dict(self) -> dict[str, Any]:
        """Return the moments; they go on changing."""
        return {'means': self._means, 'adam': self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over moments."""
        for mean, other in zip(self._means, state['means'], strict=True):
            mean.copy_(other)
        self._adam.load_state_dict(state['adam'])


def orthogonalise(matrix: Tensor) -> Tensor:
    """Bring all singular values of a matrix near one.

    Parameters
    ----------
    matrix : Tensor
        ``(rows, columns)``.

    Returns
    -------
    Tensor
        Same shape, with the same singular vectors and singular values from
        0.7 to 1.2; those below a thousandth of the greatest stay smaller.

    Notes
    -----
    A quintic polynomial (K. Jordan) brings singular values between 0 and 1
    near 1 in five rounds. It is multiplied for the small product of the
    matrix with itself, and applied to the matrix once.
    """
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalise(matrix.T).T
    matrix = matrix / (matrix.norm() + 1e-7)
    squared = matrix @ matrix.T
    total = _factor(squared)
    factor = total
    for _ in range(4):
        squared = factor @ squared @ factor
        factor = _factor(squared)
        total = factor @ total
    return total @ matrix


def _factor(squared: Tensor) -> Tensor:
    """What the polynomial multiplies a matrix by, from its square."""
    a, b, c = 3.4445, -4.7750, 2.0315
    factor = torch.addmm(squared, squared, squared, beta=b, alpha=c)
    factor.diagonal().add_(a)
    return factor


def _is_wide(weight: Tensor) -> bool:
    return weight.ndim > 2 and min(weight.shape[:2]) >= _LEAST_CHANNELS


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


OptimiserName = Literal['adam', 'muon']


class Optimiser(Protocol):
    """Changes weights by their gradients."""

    learning_rate: float

    def zero_grad(self) -> None:
        """Forget the gradients."""

    def step(self) -> None:
        """Take a step against the gradients."""

    def state_dict(self) -> dict[str, Any]:
        """Return what it remembers; that goes on changing."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what another remembered."""


def make_optimiser(
    name: OptimiserName, weights: Iterable[Tensor], learning_rate: float
) -> Optimiser:
    """Make the optimiser of that name."""
    kinds: dict[OptimiserName, type[Adam] | type[Muon]] = {
        'adam': Adam,
        'muon': Muon,
    }
    return kinds[name](weights, learning_rate)

"""Operators on values: arithmetic, comparisons, activations, reductions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

#: Types by their numbers. All floating point is computed in single precision,
#: as the image is.
TYPES: Mapping[int, torch.dtype] = {
    1: torch.float32,
    2: torch.uint8,
    3: torch.int8,
    5: torch.int16,
    6: torch.int32,
    7: torch.int64,
    9: torch.bool,
    10: torch.float32,
    11: torch.float32,
    16: torch.float32,
}


def _several(
    two: Callable[[Tensor, Tensor], Tensor],
) -> Callable[..., Tensor]:
    return lambda *values: reduce(two, values)


def _mean(*values: Tensor) -> Tensor:
    return reduce(torch.add, values) / len(values)


def _divide(a: Tensor, b: Tensor) -> Tensor:
    """Divide; integers are cut off."""
    if a.is_floating_point():
        return a / b
    return torch.div(a, b, rounding_mode='trunc')


def _power(a: Tensor, b: Tensor) -> Tensor:
    return torch.pow(a, b).to(a.dtype)


def _modulo(a: Tensor, b: Tensor, *, fmod: int = 0) -> Tensor:
    return torch.fmod(a, b) if fmod else torch.remainder(a, b)


def _cast(value: Tensor, *, to: int) -> Tensor:
    return value.to(TYPES[to])


def _clip(
    value: Tensor,
    low: Tensor | None = None,
    high: Tensor | None = None,
    *,
    min: float | None = None,
    max: float | None = None,
) -> Tensor:
    least = min if low is None else low.item()
    most = max if high is None else high.item()
    if least is None and most is None:
        return value
    return value.clamp(least, most)


def _where(condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.where(condition.to(a.device), a, b)


def _gemm(
    a: Tensor,
    b: Tensor,
    c: Tensor | None = None,
    *,
    alpha: float = 1,
    beta: float = 1,
    transA: int = 0,  # noqa: N803 - as ONNX calls it
    transB: int = 0,  # noqa: N803
) -> Tensor:
    product = alpha * ((a.T if transA else a) @ (b.T if transB else b))
    return product if c is None else product + beta * c


def _einsum(*values: Tensor, equation: str) -> Tensor:
    return torch.einsum(equation, *values)


def _prelu(value: Tensor, slope: Tensor) -> Tensor:
    return torch.where(value < 0, slope * value, value)


def _selu(
    value: Tensor,
    *,
    alpha: float = 1.6732632423543772,
    gamma: float = 1.0507009873554805,
) -> Tensor:
    return gamma * F.elu(value, alpha)


def _hard_sigmoid(
    value: Tensor, *, alpha: float = 0.2, beta: float = 0.5
) -> Tensor:
    return (alpha * value + beta).clamp(0, 1)


def _thresholded(value: Tensor, *, alpha: float = 1) -> Tensor:
    return torch.where(value > alpha, value, 0)


def _swish(value: Tensor, *, alpha: float = 1) -> Tensor:
    return value * torch.sigmoid(alpha * value)


def _gelu(value: Tensor, *, approximate: str = 'none') -> Tensor:
    return F.gelu(value, approximate=approximate)


def _softmax(value: Tensor, *, axis: int = -1) -> Tensor:
    return torch.softmax(value, axis)


def _log_softmax(value: Tensor, *, axis: int = -1) -> Tensor:
    return torch.log_softmax(value, axis)


def _over_all_from(
    one: Callable[..., Tensor],
) -> Callable[..., Tensor]:
    """Take all axes from one on for a single axis, as before version 13."""

    def run(value: Tensor, *, axis: int = 1) -> Tensor:
        first = axis % value.ndim
        return one(value.flatten(first), axis=-1).reshape(value.shape)

    return run


def _reduce(
    over: Callable[[Tensor, list[int], bool], Tensor],
) -> Callable[..., Tensor]:
    """Make an operator that reduces axes, told as attribute or input."""

    def run(
        value: Tensor,
        given: Tensor | None = None,
        *,
        axes: Sequence[int] | None = None,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Tensor:
        chosen = list(axes or ()) if given is None else given.tolist()
        if not chosen and noop_with_empty_axes:
            return value
        return over(value, chosen or list(range(value.ndim)), bool(keepdims))

    return run


def _product(value: Tensor, axes: list[int], keep: bool) -> Tensor:
    ordered = sorted((axis % value.ndim for axis in axes), reverse=True)
    return reduce(lambda v, axis: v.prod(axis, keep), ordered, value)


def _norm(order: int) -> Callable[[Tensor, list[int], bool], Tensor]:
    return lambda value, axes, keep: torch.linalg.vector_norm(
        value, order, axes, keep
    )


VALUES: Mapping[str, Callable[..., Any]] = {
    'Abs': torch.abs,
    'Add': torch.add,
    'And': torch.logical_and,
    'Cast': _cast,
    'Ceil': torch.ceil,
    'Celu': lambda x, *, alpha=1.0: F.celu(x, alpha),
    'Clip': _clip,
    'Cos': torch.cos,
    'Div': _divide,
    'Einsum': _einsum,
    'Elu': lambda x, *, alpha=1.0: F.elu(x, alpha),
    'Equal': torch.eq,
    'Erf': torch.erf,
    'Exp': torch.exp,
    'Floor': torch.floor,
    'Gelu': _gelu,
    'Gemm': _gemm,
    'Greater': torch.gt,
    'GreaterOrEqual': torch.ge,
    'HardSigmoid': _hard_sigmoid,
    'HardSwish': F.hardswish,
    'LeakyRelu': lambda x, *, alpha=0.01: F.leaky_relu(x, alpha),
    'Less': torch.lt,
    'LessOrEqual': torch.le,
    'Log': torch.log,
    'LogSoftmax': _log_softmax,
    'MatMul': torch.matmul,
    'Max': _several(torch.maximum),
    'Mean': _mean,
    'Min': _several(torch.minimum),
    'Mish': F.mish,
    'Mod': _modulo,
    'Mul': torch.mul,
    'Neg': torch.neg,
    'Not': torch.logical_not,
    'Or': torch.logical_or,
    'PRelu': _prelu,
    'Pow': _power,
    'Reciprocal': torch.reciprocal,
    'ReduceL1': _reduce(_norm(1)),
    'ReduceL2': _reduce(_norm(2)),
    'ReduceLogSumExp': _reduce(torch.logsumexp),
    'ReduceMax': _reduce(torch.amax),
    'ReduceMean': _reduce(torch.mean),
    'ReduceMin': _reduce(torch.amin),
    'ReduceProd': _reduce(_product),
    'ReduceSum': _reduce(torch.sum),
    'ReduceSumSquare': _reduce(lambda x, *where: (x * x).sum(*where)),
    'Relu': torch.relu,
    'Round': torch.round,
    'Selu': _selu,
    'Sigmoid': torch.sigmoid,
    'Sign': torch.sign,
    'Sin': torch.sin,
    'Softmax': _softmax,
    'Softplus': F.softplus,
    'Softsign': F.softsign,
    'Sqrt': torch.sqrt,
    'Sub': torch.sub,
    'Sum': _several(torch.add),
    'Swish': _swish,
    'Tanh': torch.tanh,
    'ThresholdedRelu': _thresholded,
    'Where': _where,
}

#: Operators of other meaning before a version.
BEFORE: Mapping[str, tuple[int, Callable[..., Any]]] = {
    'Softmax': (13, _over_all_from(_softmax)),
    'LogSoftmax': (13, _over_all_from(_log_softmax)),
}

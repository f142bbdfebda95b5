"""Operators of networks: convolutions, pooling, normalisation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

_CONVOLUTIONS = (F.conv1d, F.conv2d, F.conv3d)
_TRANSPOSED = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)
_LARGEST = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
_MEANS = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)

# Before and after each axis.
Widths = list[tuple[int, int]]


def _same(uneven: int) -> Callable[..., Widths]:
    """Pad to as many pixels as strides; an odd one goes to one side."""

    def widths(
        sides: Sequence[int], reach: Sequence[int], strides: Sequence[int]
    ) -> Widths:
        found = []
        for n, window, step in zip(sides, reach, strides, strict=True):
            both = max(0, (math.ceil(n / step) - 1) * step + window - n)
            small, large = both // 2, both - both // 2
            found.append((large, small) if uneven else (small, large))
        return found

    return widths


def _none(sides: Sequence[int], *others: Any) -> Widths:
    return [(0, 0)] * len(sides)


# By the name of the way to pad; others are told in numbers.
_AUTOMATIC: Mapping[str, Callable[..., Widths]] = {
    'SAME_UPPER': _same(0),
    'SAME_LOWER': _same(1),
    'VALID': _none,
}


def _widths(
    value: Tensor,
    kernel: Sequence[int],
    dilations: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int] | None,
    auto_pad: str,
) -> Widths:
    sides = value.shape[2:]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
    if auto_pad in _AUTOMATIC:
        return _AUTOMATIC[auto_pad](sides, reach, strides)
    if pads is None:
        return _none(sides)
    half = len(pads) // 2
    return list(zip(pads[:half], pads[half:], strict=True))


def _padded(value: Tensor, widths: Widths, filling: float = 0) -> Tensor:
    flat = [n for pair in reversed(widths) for n in pair]
    return F.pad(value, flat, value=filling) if any(flat) else value


def _convolve(
    value: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    auto_pad: str = 'NOTSET',
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    axes = value.ndim - 2
    steps, spread = list(strides or [1] * axes), list(dilations or [1] * axes)
    widths = _widths(value, weight.shape[2:], spread, steps, pads, auto_pad)
    padding: Any = 0
    if all(before == after for before, after in widths):
        padding = [before for before, _ in widths]
    else:
        value = _padded(value, widths)
    convolve: Callable[..., Tensor] = _CONVOLUTIONS[axes - 1]
    return convolve(value, weight, bias, steps, padding, spread, group)


def _convolve_transposed(
    value: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    auto_pad: str = 'NOTSET',
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    output_padding: Sequence[int] | None = None,
    output_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    """Spread pixels over windows, and cut off what is padding."""
    axes = value.ndim - 2
    steps, spread = list(strides or [1] * axes), list(dilations or [1] * axes)
    more = list(output_padding or [0] * axes)
    spread_out: Callable[..., Tensor] = _TRANSPOSED[axes - 1]
    full = spread_out(value, weight, bias, steps, 0, more, group, spread)
    sides = full.shape[2:]
    wanted = list(output_shape or ())[-axes:]
    if auto_pad in _AUTOMATIC and not wanted:
        wanted = [
            n * step for n, step in zip(value.shape[2:], steps, strict=True)
        ]
    if not wanted:
        cut = _widths(value, sides, spread, steps, pads, 'NOTSET')
        return _padded(full, [(-before, -after) for before, after in cut])
    surplus = [n - m for n, m in zip(sides, wanted, strict=True)]
    halves = [(n // 2, n - n // 2) for n in surplus]
    ordered = halves if auto_pad in _UPPER else [h[::-1] for h in halves]
    return _padded(full, [(-before, -after) for before, after in ordered])


_UPPER = ('SAME_UPPER',)


def _windows(
    value: Tensor,
    kernel_shape: Sequence[int],
    auto_pad: str,
    ceil_mode: int,
    dilations: Sequence[int] | None,
    pads: Sequence[int] | None,
    strides: Sequence[int] | None,
) -> tuple[Widths, Widths, list[int], list[int]]:
    """Return padding, that with what the last windows lack, and steps."""
    axes = value.ndim - 2
    steps, spread = list(strides or [1] * axes), list(dilations or [1] * axes)
    widths = _widths(value, kernel_shape, spread, steps, pads, auto_pad)
    whole = []
    for n, (before, after), k, d, step in zip(
        value.shape[2:], widths, kernel_shape, spread, steps, strict=True
    ):
        reach = d * (k - 1) + 1
        left = n + before + after - reach
        count = (math.ceil if ceil_mode else math.floor)(left / step)
        # The last window begins within the image.
        if count * step >= n + before:
            count -= 1
        lacking = max(0, count * step + reach - n - before - after)
        whole.append((before, after + lacking))
    return widths, whole, steps, spread


def _largest(
    value: Tensor,
    *,
    kernel_shape: Sequence[int],
    auto_pad: str = 'NOTSET',
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    storage_order: int = 0,
    strides: Sequence[int] | None = None,
) -> Tensor:
    _, whole, steps, spread = _windows(
        value, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides
    )
    pool: Callable[..., Tensor] = _LARGEST[value.ndim - 3]
    padded = _padded(value, whole, -math.inf)
    return pool(padded, list(kernel_shape), steps, 0, spread)


def _mean(
    value: Tensor,
    *,
    kernel_shape: Sequence[int],
    auto_pad: str = 'NOTSET',
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Tensor:
    widths, whole, steps, spread = _windows(
        value, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides
    )
    if any(d > 1 for d in spread):
        raise ValueError('AveragePool with dilations is not known here')
    pool: Callable[..., Tensor] = _MEANS[value.ndim - 3]
    found = pool(_padded(value, whole), list(kernel_shape), steps)
    if not any(map(any, whole)):
        return found
    # The part of each window that counts.
    counted = torch.ones_like(value[:1, :1])
    counted = _padded(counted, widths, 1.0 if count_include_pad else 0.0)
    beyond = [(0, b - a) for (_, a), (_, b) in zip(widths, whole, strict=True)]
    return found / pool(_padded(counted, beyond), list(kernel_shape), steps)


def _largest_of_all(value: Tensor) -> Tensor:
    return value.amax(list(range(2, value.ndim)), keepdim=True)


def _mean_of_all(value: Tensor) -> Tensor:
    return value.mean(list(range(2, value.ndim)), keepdim=True)


def _normalise_batch(
    value: Tensor,
    scale: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    training_mode: int = 0,
    spatial: int = 1,
) -> Tensor:
    if training_mode or not spatial:
        raise ValueError('BatchNormalization in training is not known here')
    return F.batch_norm(value, mean, variance, scale, bias, eps=epsilon)


def _normalise_instance(
    value: Tensor, scale: Tensor, bias: Tensor, *, epsilon: float = 1e-5
) -> Tensor:
    return F.instance_norm(value, weight=scale, bias=bias, eps=epsilon)


def _normalise_groups(
    value: Tensor,
    scale: Tensor,
    bias: Tensor,
    *,
    num_groups: int,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Tensor:
    return F.group_norm(value, num_groups, scale, bias, epsilon)


def _normalise_layer(
    value: Tensor,
    scale: Tensor,
    bias: Tensor | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Tensor:
    axis %= value.ndim
    found = F.layer_norm(value, value.shape[axis:], eps=epsilon) * scale
    return found if bias is None else found + bias


def _normalise_nearby(
    value: Tensor,
    *,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    bias: float = 1.0,
) -> Tensor:
    """Divide by the power of nearby channels (LRN)."""
    around = (size - 1) // 2, size // 2
    squares = F.pad(value * value, [0, 0] * (value.ndim - 2) + [*around])
    power = squares.unfold(1, size, 1).mean(-1)
    return value / torch.pow(bias + alpha * power, beta)


def _normalise_length(value: Tensor, *, axis: int = -1, p: int = 2) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(value, p, axis, keepdim=True)
    return value / length


LAYERS: Mapping[str, Callable[..., Any]] = {
    'AveragePool': _mean,
    'BatchNormalization': _normalise_batch,
    'Conv': _convolve,
    'ConvTranspose': _convolve_transposed,
    'GlobalAveragePool': _mean_of_all,
    'GlobalMaxPool': _largest_of_all,
    'GroupNormalization': _normalise_groups,
    'InstanceNormalization': _normalise_instance,
    'LRN': _normalise_nearby,
    'LayerNormalization': _normalise_layer,
    'LpNormalization': _normalise_length,
    'MaxPool': _largest,
}

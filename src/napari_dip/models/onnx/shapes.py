"""Operators that rearrange: shapes, axes, parts, padding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def _listed(
    given: Tensor | None, attribute: Sequence[int] | None
) -> list[int] | None:
    """Take what was an attribute once, and is an input now."""
    if given is not None:
        return [int(n) for n in given.flatten().tolist()]
    return None if attribute is None else list(attribute)


def _reshape(
    value: Tensor,
    given: Tensor | None = None,
    *,
    shape: Sequence[int] | None = None,
    allowzero: int = 0,
) -> Tensor:
    sides = _listed(given, shape) or []
    if not allowzero:
        sides = [n or value.shape[axis] for axis, n in enumerate(sides)]
    return value.reshape(sides)


def _flatten(value: Tensor, *, axis: int = 1) -> Tensor:
    first = axis + value.ndim if axis < 0 else axis
    rows = int(np.prod(value.shape[:first]))
    return value.reshape(rows, -1)


def _transpose(value: Tensor, *, perm: Sequence[int] | None = None) -> Tensor:
    return value.permute(*(perm or reversed(range(value.ndim))))


def _squeeze(
    value: Tensor,
    given: Tensor | None = None,
    *,
    axes: Sequence[int] | None = None,
) -> Tensor:
    chosen = _listed(given, axes)
    return value.squeeze() if chosen is None else value.squeeze(tuple(chosen))


def _unsqueeze(
    value: Tensor,
    given: Tensor | None = None,
    *,
    axes: Sequence[int] | None = None,
) -> Tensor:
    chosen = _listed(given, axes) or []
    rank = value.ndim + len(chosen)
    for axis in sorted(axis % rank for axis in chosen):
        value = value.unsqueeze(axis)
    return value


def _concatenate(*values: Tensor, axis: int) -> Tensor:
    return torch.cat(values, axis)


def _split(
    value: Tensor,
    given: Tensor | None = None,
    *,
    outputs: int,
    axis: int = 0,
    split: Sequence[int] | None = None,
    num_outputs: int | None = None,
) -> tuple[Tensor, ...]:
    sizes = _listed(given, split)
    if sizes is None:
        sizes = [-(-value.shape[axis] // outputs)] * outputs
        sizes[-1] += value.shape[axis] - sum(sizes)
    return torch.split_with_sizes(value, sizes, axis)


def _slice(
    value: Tensor,
    first: Tensor | None = None,
    last: Tensor | None = None,
    along: Tensor | None = None,
    by: Tensor | None = None,
    *,
    starts: Sequence[int] | None = None,
    ends: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
) -> Tensor:
    begin, end = _listed(first, starts) or [], _listed(last, ends) or []
    chosen = _listed(along, axes) or list(range(len(begin)))
    steps = _listed(by, None) or [1] * len(begin)
    for a, b, axis, step in zip(begin, end, chosen, steps, strict=True):
        places = range(*slice(a, b, step).indices(value.shape[axis]))
        if step == 1:
            value = value.narrow(axis, places.start, len(places))
        else:
            value = _take(value, axis, list(places))
    return value


def _take(value: Tensor, axis: int, places: Sequence[int]) -> Tensor:
    index = torch.tensor(places, dtype=torch.int64, device=value.device)
    return value.index_select(axis, index)


def _gather(value: Tensor, index: Tensor, *, axis: int = 0) -> Tensor:
    axis %= value.ndim
    places = index.to(value.device).remainder(value.shape[axis])
    taken = value.index_select(axis, places.flatten())
    sides = value.shape[:axis] + index.shape + value.shape[axis + 1 :]
    return taken.reshape(sides)


def _shape(value: Tensor, *, start: int = 0, end: int | None = None) -> Tensor:
    return torch.tensor(value.shape[start:end], dtype=torch.int64)


def _size(value: Tensor) -> Tensor:
    return torch.tensor(value.numel())


def _constant(**attributes: Any) -> Tensor:
    (value,) = attributes.values()
    return torch.as_tensor(value)


def _constant_of_shape(
    shape: Tensor, *, value: Tensor | None = None
) -> Tensor:
    filling = torch.zeros(1) if value is None else value
    sides = _listed(shape, None) or []
    return torch.full(sides, filling.item(), dtype=filling.dtype)


def _expand(value: Tensor, shape: Tensor) -> Tensor:
    wanted = _listed(shape, None) or []
    return value.expand(np.broadcast_shapes(value.shape, tuple(wanted)))


def _tile(value: Tensor, repeats: Tensor) -> Tensor:
    return value.repeat(_listed(repeats, None) or [])


def _range(first: Tensor, last: Tensor, step: Tensor) -> Tensor:
    return torch.arange(first.item(), last.item(), step.item()).to(first.dtype)


def _pad(
    x: Tensor,
    given: Tensor | None = None,
    filling: Tensor | None = None,
    along: Tensor | None = None,
    *,
    mode: str = 'constant',
    pads: Sequence[int] | None = None,
    value: float = 0,
) -> Tensor:
    widths = _listed(given, pads) or []
    axes = _listed(along, None) or list(range(x.ndim))
    half = len(widths) // 2
    pad = _PADDING[mode]
    constant = value if filling is None else filling.item()
    for axis, before, after in zip(
        axes, widths[:half], widths[half:], strict=True
    ):
        x = pad(x, axis % x.ndim, before, after, constant)
    return x


def _pad_constant(
    value: Tensor, axis: int, before: int, after: int, constant: float
) -> Tensor:
    later = [0, 0] * (value.ndim - 1 - axis)
    return F.pad(value, [*later, before, after], value=constant)


def _pad_as(mode: Any) -> Callable[..., Tensor]:
    def pad(
        value: Tensor, axis: int, before: int, after: int, constant: float
    ) -> Tensor:
        del constant
        if before == after == 0:
            return value
        inside = range(max(0, -before), value.shape[axis] - max(0, -after))
        widths = max(0, before), max(0, after)
        places = np.pad(np.array(inside), widths, mode=mode)
        return _take(value, axis, places.tolist())

    return pad


_PADDING = {
    'constant': _pad_constant,
    **{name: _pad_as(name) for name in ('reflect', 'edge', 'wrap')},
}


def _depth_to_space(
    value: Tensor, *, blocksize: int, mode: str = 'DCR'
) -> Tensor:
    images, channels, rows, columns = value.shape
    b = blocksize
    kept = channels // b**2
    depth_last, order = _ORDERS[mode]
    parts = (b, b, kept) if depth_last else (kept, b, b)
    split = value.reshape(images, *parts, rows, columns)
    moved = split.permute(0, *order)
    return moved.reshape(images, kept, rows * b, columns * b)


# Whether the block comes before the depth, and the order in which the axes
# have to stand.
_ORDERS: Mapping[str, tuple[bool, tuple[int, ...]]] = {
    'DCR': (True, (3, 4, 1, 5, 2)),
    'CRD': (False, (1, 4, 2, 5, 3)),
}


def _space_to_depth(value: Tensor, *, blocksize: int) -> Tensor:
    images, channels, rows, columns = value.shape
    b = blocksize
    split = value.reshape(images, channels, rows // b, b, columns // b, b)
    moved = split.permute(0, 3, 5, 1, 2, 4)
    return moved.reshape(images, channels * b**2, rows // b, columns // b)


def _same(value: Tensor, *others: Any, **attributes: Any) -> Tensor:
    del others, attributes
    return value


SHAPES: Mapping[str, Callable[..., Any]] = {
    'Concat': _concatenate,
    'Constant': _constant,
    'ConstantOfShape': _constant_of_shape,
    'DepthToSpace': _depth_to_space,
    'Dropout': _same,
    'Expand': _expand,
    'Flatten': _flatten,
    'Gather': _gather,
    'Identity': _same,
    'Pad': _pad,
    'Range': _range,
    'Reshape': _reshape,
    'Shape': _shape,
    'Size': _size,
    'Slice': _slice,
    'SpaceToDepth': _space_to_depth,
    'Split': _split,
    'Squeeze': _squeeze,
    'Tile': _tile,
    'Transpose': _transpose,
    'Unsqueeze': _unsqueeze,
}

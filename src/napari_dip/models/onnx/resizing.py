"""Resize: each axis by a matrix of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]
Kernel = Callable[[Array, float], Array]


def _align_corners(x: Array, inside: int, outside: int, scale: float) -> Array:
    return x * (inside - 1) / max(outside - 1, 1)


def _pytorch_half_pixel(
    x: Array, inside: int, outside: int, scale: float
) -> Array:
    return (x + 0.5) / scale - 0.5 if outside > 1 else 0 * x


def _symmetric(x: Array, inside: int, outside: int, scale: float) -> Array:
    adjusted = outside / (scale * inside)
    centre = inside / 2
    return centre * (1 - adjusted) + (x + 0.5) / scale - 0.5


# Where pixels of the result lie in the image.
_PLACES: dict[str, Callable[[Array, int, int, float], Array]] = {
    'align_corners': _align_corners,
    'asymmetric': lambda x, inside, outside, scale: x / scale,
    'half_pixel': lambda x, inside, outside, scale: (x + 0.5) / scale - 0.5,
    'half_pixel_symmetric': _symmetric,
    'pytorch_half_pixel': _pytorch_half_pixel,
}

# Which pixel is the nearest one.
_NEAREST: dict[str, Callable[[Array], Array]] = {
    'ceil': np.ceil,
    'floor': np.floor,
    'round_prefer_ceil': lambda x: np.floor(x + 0.5),
    'round_prefer_floor': lambda x: np.ceil(x - 0.5),
}


def _linear(distance: Array, a: float) -> Array:
    found: Array = np.maximum(1 - np.abs(distance), 0)
    return found


def _cubic(distance: Array, a: float) -> Array:
    d = np.abs(distance)
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, np.where(d < 2, far, 0))


# Weights by distance, and how far they reach.
_KERNELS: Mapping[str, tuple[Kernel, int]] = {
    'linear': (_linear, 1),
    'cubic': (_cubic, 2),
}


@lru_cache(maxsize=32)
def _matrix(
    inside: int,
    outside: int,
    scale: float,
    mode: str,
    place: str,
    nearest: str,
    a: float,
    exclude: bool,
    antialias: bool,
) -> Array:
    """Return what maps an axis to one of another length."""
    # As ONNX does, for pixels that lie between two others by half.
    at = _PLACES[place](
        np.arange(outside, dtype=float), inside, outside, scale
    )
    matrix = np.zeros((outside, inside))
    rows = np.arange(outside)
    if mode not in _KERNELS:
        near = _NEAREST[nearest](at).clip(0, inside - 1).astype(int)
        matrix[rows, near] = 1
        return matrix
    kernel, reach = _KERNELS[mode]
    narrow = min(scale, 1) if antialias else 1
    span = math.ceil(reach / narrow)
    for step in range(1 - span, span + 1):
        places = np.floor(at) + step
        weights = kernel((places - at) * narrow, a)
        if exclude:
            weights = weights * ((places >= 0) & (places < inside))
        np.add.at(
            matrix, (rows, places.clip(0, inside - 1).astype(int)), weights
        )
    found: Array = matrix / matrix.sum(1, keepdims=True)
    return found


def resize(
    value: Tensor,
    roi: Tensor | None = None,
    scales: Tensor | None = None,
    sizes: Tensor | None = None,
    *,
    mode: str = 'nearest',
    coordinate_transformation_mode: str = 'half_pixel',
    nearest_mode: str = 'round_prefer_floor',
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    antialias: int = 0,
    extrapolation_value: float = 0,
    axes: Sequence[int] | None = None,
    keep_aspect_ratio_policy: str = 'stretch',
) -> Tensor:
    """Resample by factors, or to sizes."""
    chosen = [axis % value.ndim for axis in axes or range(value.ndim)]
    before = [value.shape[axis] for axis in chosen]
    if sizes is not None and sizes.numel():
        after = [int(n) for n in sizes.tolist()]
        factors = [b / a for a, b in zip(before, after, strict=True)]
        limit = _POLICIES[keep_aspect_ratio_policy]
        if limit is not None:
            factors = [limit(factors)] * len(factors)
            after = [math.floor(n * factors[0] + 0.5) for n in before]
    else:
        assert scales is not None
        factors = scales.tolist()
        after = [
            math.floor(n * f) for n, f in zip(before, factors, strict=True)
        ]
    if coordinate_transformation_mode not in _PLACES:
        raise ValueError(
            f'{coordinate_transformation_mode!r} of Resize is not known here'
        )
    for axis, n, m, factor in zip(chosen, before, after, factors, strict=True):
        if n == m and factor == 1:
            continue
        matrix = torch.from_numpy(
            _matrix(
                n,
                m,
                factor,
                mode,
                coordinate_transformation_mode,
                nearest_mode,
                cubic_coeff_a,
                bool(exclude_outside),
                bool(antialias),
            )
        ).to(value)
        value = (value.movedim(axis, -1) @ matrix.T).movedim(-1, axis)
    return value


_POLICIES: dict[str, Callable[[Sequence[float]], float] | None] = {
    'stretch': None,
    'not_larger': min,
    'not_smaller': max,
}


def _before_11(
    value: Tensor,
    scales: Tensor | None = None,
    *,
    mode: str = 'nearest',
    **attributes: Any,
) -> Tensor:
    """Resample as the first Resize and Upsample do, from the first pixel."""
    if scales is None:
        scales = torch.tensor(attributes['scales'])
    return resize(
        value,
        scales=scales,
        mode=mode,
        coordinate_transformation_mode='asymmetric',
        nearest_mode='floor',
    )


RESIZING: Mapping[str, Callable[..., Any]] = {
    'Resize': resize,
    'Upsample': _before_11,
}
BEFORE: Mapping[str, tuple[int, Callable[..., Any]]] = {
    'Resize': (11, _before_11),
}

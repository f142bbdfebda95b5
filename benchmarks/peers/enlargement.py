"""Interpolating and regularised peers for super-resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from benchmarks.cases import Problem

Array = NDArray[np.float64]


def bicubic(problem: Problem, seed: int) -> Array:
    """Pillow's bicubic interpolation with aligned pixel edges."""
    del seed
    return _per_channel(problem, PillowImage.Resampling.BICUBIC)


def lanczos(problem: Problem, seed: int) -> Array:
    """Pillow's Lanczos interpolation with three lobes."""
    del seed
    return _per_channel(problem, PillowImage.Resampling.LANCZOS)


def _per_channel(problem: Problem, method: PillowImage.Resampling) -> Array:
    image = np.asarray(problem.image, np.float32)
    planes = np.atleast_3d(image)
    size = tuple(problem.factor * n for n in reversed(image.shape[:2]))
    enlarged = [
        np.asarray(PillowImage.fromarray(plane).resize(size, method))
        for plane in np.moveaxis(planes, 2, 0)
    ]
    stacked = np.stack(enlarged, axis=2).astype(float)
    return stacked[..., 0] if image.ndim == 2 else stacked

"""Planes that are alike in brightness and contrast."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.repeats import SIDE
from napari_dip.noise.blocks import block_mean

# On one scale of intensities a plane with less than this part of the contrast
# of another, or brighter by more than their contrast, is outside of what a
# network is fitted to (docs/lab/series.md).
_ALIKE = 2.5
# Standard errors of a contrast that chance hardly makes.
_CHANCE = 2.0
# A hot pixel is no contrast.
_BULK = (0.01, 0.99)

#: Mean and contrast of a plane.
Exposure = tuple[float, float]


def measure_exposure(planes: NDArray[np.generic]) -> Exposure:
    """Return mean and contrast of the bulk of a plane.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        Its channels, not finite where pixels are missing.

    Returns
    -------
    mean, contrast : float
        The contrast is the standard deviation of the means of blocks, told
        by two halves of the pixels of each, whose noise differs; not a number
        where chance may have made it.

    Examples
    --------
    >>> measure_exposure(np.full((1, 16, 16), 3))
    (3.0, 0.0)
    """
    values = np.asarray(planes).astype(float)
    known = np.isfinite(values)
    if not known.any():
        return 0.0, 0.0
    low, high = np.quantile(values[known], _BULK)
    values = np.where(known, np.clip(values, low, high), np.nan)
    mean = float(np.nanmean(values))
    values = np.where(known, values, mean)
    return mean, _contrast(values - mean)


def _contrast(planes: NDArray[np.float64]) -> float:
    rows, columns = np.indices(planes.shape[1:])
    even = (rows + columns) % 2 == 0
    one, other = (
        2 * block_mean(np.where(half, planes, 0.0), SIDE)
        for half in (even, ~even)
    )
    products = (one - one.mean()) * (other - other.mean())
    chance = one.std() * other.std() / np.sqrt(products.size)
    common = float(products.mean())
    if common <= _CHANCE * chance:
        return math.nan if chance else 0.0
    return math.sqrt(common)


def group_alike(exposures: Sequence[Exposure]) -> list[list[int]]:
    """Group planes that a network can be shared by.

    Contrasts that span more than what is alike are parted evenly, on a
    logarithmic scale; so are, among those, the means.

    Returns
    -------
    list of list of int
        Numbers of the planes of each group, the first planes first. Those of
        nothing but noise are one, and planes without any contrast are alone.

    Examples
    --------
    >>> group_alike([(9, 2), (8, 2), (0, 0), (9, 40), (7, 1.5), (9, 45)])
    [[0, 1, 4], [2], [3, 5]]
    """
    told = [contrast for _, contrast in exposures]
    flat = [[i] for i, contrast in enumerate(told) if contrast == 0]
    noise = [i for i, contrast in enumerate(told) if math.isnan(contrast)]
    left = [i for i, contrast in enumerate(told) if contrast > 0]
    groups = [noise] if noise else []
    contrasts = [math.log(exposures[i][1]) for i in left]
    for alike in _part(left, contrasts, math.log(_ALIKE)):
        means = [exposures[i][0] for i in alike]
        most = 2 * _ALIKE * max(exposures[i][1] for i in alike)
        groups += _part(alike, means, most)
    return sorted(flat + groups)


def _part(
    numbers: Sequence[int], values: Sequence[float], most: float
) -> list[list[int]]:
    """Part numbers by their values, none of which span more than that."""
    if not numbers:
        return []
    low, span = min(values), max(values) - min(values)
    count = max(1, math.ceil(span / most))
    parts: dict[int, list[int]] = {}
    for number, value in zip(numbers, values, strict=True):
        place = (
            min(int((value - low) / span * count), count - 1) if span else 0
        )
        parts.setdefault(place, []).append(number)
    return list(parts.values())

"""Planes that are alike in brightness and contrast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# On one scale of intensities a plane with less than this part of the contrast
# of another, or brighter by more than their contrast, is outside of what a
# network is fitted to (docs/lab/series.md). A series may bleach to 30 % within
# it, a third more and a half less than its middle.
_ALIKE = 2.5
# A hot pixel is no contrast.
_BULK = (0.01, 0.99)

#: Mean and contrast of a plane.
Exposure = tuple[float, float]


def measure_exposure(pixels: NDArray[np.generic]) -> Exposure:
    """Return mean and standard deviation of the bulk of a plane.

    Examples
    --------
    >>> measure_exposure(np.full((8, 8), 3))
    (3.0, 0.0)
    """
    values = np.ma.filled(np.ma.asarray(pixels).astype(float), np.nan)
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 0.0
    values = np.clip(values, *np.quantile(values, _BULK))
    return float(values.mean()), float(values.std())


def group_alike(exposures: Sequence[Exposure]) -> list[list[int]]:
    """Group planes that a network can be shared by.

    Returns
    -------
    list of list of int
        Numbers of the planes of each group, the first planes first. Planes
        without contrast are alone.

    Examples
    --------
    >>> group_alike([(9, 2), (8, 2), (0, 0), (9, 40), (7, 1.5), (9, 45)])
    [[0, 1, 4], [2], [3, 5]]
    """
    groups = [[i] for i, (_, contrast) in enumerate(exposures) if not contrast]
    left = [i for i, (_, contrast) in enumerate(exposures) if contrast]
    while left:
        middle = np.median([exposures[i] for i in left], axis=0)
        group = [i for i in left if _alike(exposures[i], tuple(middle))]
        if not group:
            group = [
                i for i in left if _alike(exposures[i], exposures[left[0]])
            ]
        groups.append(group)
        left = [i for i in left if i not in set(group)]
    return sorted(groups)


def _alike(one: Exposure, other: Exposure) -> bool:
    ratio = one[1] / other[1]
    near = abs(one[0] - other[0]) <= _ALIKE * max(one[1], other[1])
    return 1 / _ALIKE <= ratio <= _ALIKE and near

"""Planes that are alike in brightness and contrast."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.repeats import SIDE
from napari_dip.noise.blocks import block_mean

# Decibels that a plane may lose by a filter that was made for the middle of
# its group.
_LOSS = 0.2
# Standard errors of a contrast that chance hardly makes.
_CHANCE = 2.0
# A hot pixel is no contrast.
_BULK = (0.01, 0.99)


class Exposure(NamedTuple):
    """What decides whether planes are alike.

    Parameters
    ----------
    mean : float
        Of the bulk of its pixels.
    extent : float
        From the least of them to the greatest.
    contrast : float
        Standard deviation of the means of blocks; not a number where chance
        may have made it, and 0 without any.
    noise : float
        Standard deviation of the noise of a pixel.
    """

    mean: float
    extent: float
    contrast: float
    noise: float


def measure_exposure(planes: NDArray[np.generic]) -> Exposure:
    """Measure the exposure of a plane.

    Noise of two halves of the pixels of each block differs: what their means
    have in common is contrast, and the rest noise.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        Its channels, not finite where pixels are missing.

    Examples
    --------
    >>> measure_exposure(np.full((1, 16, 16), 3))
    Exposure(mean=3.0, extent=0.0, contrast=0.0, noise=0.0)
    """
    values = np.asarray(planes).astype(float)
    known = np.isfinite(values)
    if not known.any():
        return Exposure(0.0, 0.0, 0.0, 0.0)
    low, high = np.quantile(values[known], _BULK)
    values = np.where(known, np.clip(values, low, high), np.nan)
    mean = float(np.nanmean(values))
    values = np.where(known, values, mean)
    return Exposure(mean, float(high - low), *_contrast(values - mean))


def _contrast(planes: NDArray[np.float64]) -> tuple[float, float]:
    """Return contrast and noise."""
    rows, columns = np.indices(planes.shape[1:])
    even = (rows + columns) % 2 == 0
    one, other = (
        2 * block_mean(np.where(half, planes, 0.0), SIDE)
        for half in (even, ~even)
    )
    noise = SIDE / 2 * float((one - other).std())
    products = (one - one.mean()) * (other - other.mean())
    chance = one.std() * other.std() / np.sqrt(products.size)
    common = float(products.mean())
    if common <= _CHANCE * chance:
        return math.nan if chance else 0.0, noise
    return math.sqrt(common), noise


def group_alike(exposures: Sequence[Exposure]) -> list[list[int]]:
    """Group planes that a network can be shared by.

    Where contrast is c and noise n, Wiener's filter for one ratio of them is
    off for another: its error is greater by the square of what their angles,
    atan(c / n), differ by. Angles that span too much are parted, and so are
    means, among those, by more than the values of a plane span: such planes
    would have hardly any contrast on one scale of intensities.

    Returns
    -------
    list of list of int
        Numbers of the planes of each group, the first planes first. Those of
        nothing but noise are one, and planes without any contrast are alone.

    Examples
    --------
    >>> planes = [(9, 8, 2, 1), (8, 8, 2, 1), (0, 0, 0, 0), (9, 8, 0.5, 1)]
    >>> group_alike([Exposure(*plane) for plane in planes])
    [[0, 1], [2], [3]]
    """
    told = [one.contrast for one in exposures]
    flat = [[i] for i, contrast in enumerate(told) if contrast == 0]
    blank = [i for i, contrast in enumerate(told) if math.isnan(contrast)]
    left = [i for i, contrast in enumerate(told) if contrast > 0]
    groups = [blank] if blank else []
    # A network is told of one noise for all of them.
    noise = median([exposures[i].noise for i in left] or [0.0])
    angles = [math.atan2(told[i], noise) for i in left]
    for alike in _part(left, angles, math.sqrt(10 ** (0.1 * _LOSS) - 1)):
        means = [exposures[i].mean for i in alike]
        groups += _part(alike, means, min(exposures[i].extent for i in alike))
    return sorted(flat + groups)


def _part(
    numbers: Sequence[int], values: Sequence[float], most: float
) -> list[list[int]]:
    """Part numbers by their values, none of which span more than that.

    There are as few parts as can be; among those, the greatest span of one is
    the least.
    """
    pairs = sorted(zip(values, numbers, strict=True))
    count = len(_cover(pairs, most))
    limits = np.linspace(0, most).tolist()
    least = bisect_left(
        limits, -count, key=lambda limit: -len(_cover(pairs, limit))
    )
    return [sorted(part) for part in _cover(pairs, limits[least])]


def _cover(pairs: Sequence[tuple[float, int]], most: float) -> list[list[int]]:
    """Part ascending values from the least, and return their numbers."""
    parts: list[list[int]] = []
    start = -math.inf
    for value, number in pairs:
        if not parts or value - start > most:
            parts.append([])
            start = value
        parts[-1].append(number)
    return parts

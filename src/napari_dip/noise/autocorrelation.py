"""Autocorrelation of the noise, measured on one image.

Second differences along an axis, of pixels a few steps apart, have the power
``1 - 4/3 r(d) + 1/3 r(2 d)`` of noise whose autocorrelation is r. Divided by
that of pixels further apart than noise reaches, block by block, they tell r.
Second differences of neighbours along the other axis of the plane are taken
first, so that hardly any structure is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from napari_dip.noise.blocks import QUARTILE, block_mean
from napari_dip.noise.jpeg import was_white

Array = NDArray[np.float64]

#: Pixels of the plane that the noise of one is shared by, as a user tells it.
TOLD = {
    'independent': (1, 1),
    'rows': (1, 3),
    'columns': (3, 1),
    'around': (3, 3),
}
#: What a user may say of it, by name; 'auto' is measured.
CORRELATIONS = ('auto', *TOLD)
#: Distances at which it is measured, in pixels.
LAGS = (1, 2, 3)
# Where noise is no longer correlated.
_FAR = tuple(lag + max(LAGS) for lag in LAGS)
_BLOCK = 12
# An autocorrelation that is worth a mask that hides neighbours too: frames of
# microscopes have 0.2 at most or 0.35 and more.
_NOTABLE = 0.25
# What is notable further away, where a mask of neighbours does not hide it.
_FURTHER = 0.1
# Spread of noise times what its correlation leaves of differences: 0.05 to
# 0.15, and 0.2 to 0.5 of photographs and of truths without noise.
_SCATTER = 0.18
# Of lines of a scan, and where JPEG has rounded some blocks more than others.
_MOST_SCATTER = 1.1
_LEAST_SHARE = 0.02
# Power of differences six pixels apart by that of four apart: 0.9 to 1.25 of
# noise of any reach, and more where they show structure.
_GROWTH = 1.35


class Measured(NamedTuple):
    """Autocorrelation of the noise of one plane or volume.

    Parameters
    ----------
    coefficients : (A, L) ndarray
        At the distances `LAGS` along each axis; NaN where too few pixels
        tell.
    error : (A,) ndarray
        Standard error of the first, the greater the fewer blocks tell it.
    spread : (A,) ndarray
        Logarithm of the upper over the lower quartile of the power of
        neighbours in the blocks. Noise has the same autocorrelation
        everywhere; structure has not. Infinite where differences grow with
        the distance, as structure's do.
    """

    coefficients: Array
    error: Array
    spread: Array


@dataclass(frozen=True)
class Correlation:
    """How far noise is correlated, and how much.

    Parameters
    ----------
    reach : tuple of int
        Pixels along each axis that the noise of one pixel is shared by, the
        pixel included: 1 is independent from pixel to pixel, 3 is correlated
        with the neighbours on both sides.
    coefficients : (C, A, L) ndarray, optional
        Autocorrelation of each channel along each axis at the distances
        `LAGS`; None where it was told and not measured.
    compressed : bool
        Whether it is correlated because the image was kept as JPEG.
    share : float
        Part of the variance that second differences of neighbours along both
        axes of the plane show; 1 of independent noise.
    """

    reach: tuple[int, ...]
    coefficients: Array | None = None
    compressed: bool = False
    share: float = 1.0

    @classmethod
    def told(cls, name: str, axes: int) -> Correlation:
        """Return one that a user tells by its name in `CORRELATIONS`.

        'auto' is independent, until it is measured.
        """
        return cls((1,) * (axes - 2) + TOLD.get(name, (1, 1)))

    @property
    def independent(self) -> bool:
        """Whether the noise of each pixel is its own."""
        return max(self.reach) == 1

    @property
    def name(self) -> str:
        """What a user may say of it."""
        reaches = [one > 1 for one in self.reach[-2:]]
        return next(
            name
            for name, told in TOLD.items()
            if [one > 1 for one in told] == reaches
        )

    @property
    def all_around(self) -> bool:
        """Whether it is correlated along both axes of the plane."""
        return min(self.reach[-2:]) > 1

    def at(self, lag: int) -> float:
        """Return the autocorrelation at a distance, the mean over the plane.

        Of what was told and not measured it is 0.
        """
        if self.coefficients is None:
            return 0.0
        return float(np.nanmean(self.coefficients[:, -2:, lag - 1]))

    def left_in_means(self, side: int) -> float:
        """Return the part of the variance that means of bins keep."""
        if self.independent or self.coefficients is None:
            return 1.0 / float(side ** len(self.reach))
        rho = np.nan_to_num(np.mean(self.coefficients, axis=0))
        rho = rho[:, : side - 1]
        # Pairs so far apart in a row of a bin, by all.
        pairs = 1 - np.arange(1, rho.shape[1] + 1) / side
        return float(np.prod((1 + 2 * rho @ pairs) / side))

    def extent(self) -> str:
        """Say how far it reaches; nothing if it is independent."""
        rows, columns = self.reach[-2:]
        if self.independent:
            return ''
        if rows == 1 or columns == 1:
            return 'along the rows' if columns > 1 else 'down the columns'
        return f'about {max(rows, columns)} pixels'

    def describe(self) -> str:
        """Say whether it is correlated, and how far.

        Examples
        --------
        >>> Correlation((1, 1)).describe()
        'independent from pixel to pixel'
        >>> Correlation((1, 3)).describe()
        'correlated (along the rows)'
        """
        if self.independent:
            return 'independent from pixel to pixel'
        return f'correlated ({self.extent()})'


def find_correlation(planes: Array) -> Correlation:
    """Find out how far the noise of an image is correlated.

    Parameters
    ----------
    planes : (C, M, N) or (C, L, M, N) ndarray
        The image; NaN where it is missing.

    Examples
    --------
    >>> white = np.random.default_rng(0).normal(0, 5, (1, 128, 128))
    >>> find_correlation(white).reach
    (1, 1)
    >>> find_correlation(white + 0.5 * np.roll(white, 1, axis=2)).reach
    (1, 3)
    """
    measured = [measure_autocorrelation(plane) for plane in planes]
    coefficients = np.stack([one.coefficients for one in measured])
    # That of colours, which a camera interpolates or JPEG reduces, shows
    # where they differ.
    chroma = [measure_autocorrelation(b - a) for a, b in pairwise(planes)]
    near = [one.coefficients[-2:, 0] for one in (*measured, *chroma)]
    white = was_white(planes) if np.greater(near, _NOTABLE).any() else None
    compressed = bool(white)
    reach = _reach(measured, compressed)
    # What JPEG has left of brightness that was not white is structure, unless
    # it ends within what is measured, as noise that a camera has smoothed.
    in_plane = reach[-2:]
    if white is False and not 1 < min(in_plane) <= 2 * max(LAGS):
        reach = (1,) * len(reach)
    if max(reach) == 1 and chroma:
        of_chroma = _reach(chroma, compressed)
        if min(of_chroma[-2:]) > 1:
            coefficients = np.stack([one.coefficients for one in chroma])
            reach = of_chroma
    if max(reach) == 1:
        return Correlation(reach, coefficients)
    return Correlation(reach, coefficients, compressed, _share(measured))


def _share(measured: Sequence[Measured]) -> float:
    """Return the part of the variance that differences of pixels show.

    That of the channels, also where what they differ by tells how far noise
    reaches.
    """
    found = np.stack([each.coefficients[-2:] for each in measured])
    # Of an axis on which nothing was measured all is taken to be shown.
    one, two, _ = np.ma.masked_invalid(found).mean(axis=0).filled(0.0).T
    shares = np.maximum(1 - 4 / 3 * one + two / 3, _LEAST_SHARE)
    return float(np.prod(shares))


def _reach(measured: Sequence[Measured], compressed: bool) -> tuple[int, ...]:
    """Return how far noise reaches along each axis, if it is noise."""
    axes = np.stack([_is_correlated(one, compressed) for one in measured])
    in_plane = axes[:, -2:]
    correlated = np.logical_and.reduce(axes)
    if not in_plane.all():
        # A scan is so in the channels whose detectors are slow.
        correlated[-2:] = in_plane[in_plane.sum(axis=1) == 1].any(axis=0)
    if not correlated[-2:].any():
        return tuple(np.where(correlated, 3, 1).tolist())
    # The mean of axes and channels tells better how far. What is left of
    # structure is in all distances alike.
    found = np.stack([one.coefficients[-2:] for one in measured])
    further = found[:, correlated[-2:]].mean(axis=(0, 1))
    furthest = 1
    if further[1] - further[2] >= _FURTHER:
        furthest = 2 + int(further[2] >= _FURTHER)
    return tuple(np.where(correlated, 2 * furthest + 1, 1).tolist())


def _is_correlated(one: Measured, compressed: bool) -> NDArray[np.bool_]:
    """Whether the noise of a channel is correlated along each axis."""
    coefficients, error, spread = map(np.nan_to_num, one)
    near = coefficients[:, 0]
    correlated: NDArray[np.bool_] = near - 2 * error > _NOTABLE
    # The less is left of differences of neighbours the more they scatter.
    left = 1 - 4 / 3 * near + coefficients[:, 1] / 3
    most = _SCATTER / np.maximum(left, _LEAST_SHARE)
    alone = correlated[-2:].sum() == 1
    if compressed or alone:
        # JPEG rounds some blocks more than others, and hardly any structure
        # lies along one axis alone.
        most[:] = _MOST_SCATTER
    nearly_both = alone and near[-2:].min() > near[-2:].max() / 2
    if nearly_both or (spread > most)[-2:][correlated[-2:]].any():
        correlated[:] = False
    return correlated


def measure_autocorrelation(image: NDArray[np.float64]) -> Measured:
    """Measure the autocorrelation of the noise of a plane or a volume.

    Parameters
    ----------
    image : (M, N) or (L, M, N) ndarray
        One channel; NaN where it is missing.

    Examples
    --------
    >>> white = np.random.default_rng(0).normal(0, 5, (128, 128))
    >>> found = measure_autocorrelation(white + np.roll(white, 1, axis=1))
    >>> found.coefficients[:, 0].round(1).tolist()
    [0.0, 0.5]
    """
    axes = [_of_axis(image, axis) for axis in range(image.ndim)]
    coefficients, error, spread = zip(*axes, strict=True)
    return Measured(np.array(coefficients), np.array(error), np.array(spread))


def _of_axis(
    image: Array, axis: int
) -> tuple[tuple[float, ...], float, float]:
    unknown = (math.nan,) * len(LAGS), math.nan, math.nan
    margin = max(_FAR)
    if image.shape[axis] <= 2 * margin:
        return unknown
    fine = image
    for other in {image.ndim - 2, image.ndim - 1} - {axis}:
        fine = _second_difference(fine, other, 1, 1)
    powers = {
        distance: block_mean(
            _second_difference(fine, axis, distance, margin) ** 2, _BLOCK
        )
        for distance in (*LAGS, *_FAR)
    }
    far = np.mean([powers[distance] for distance in _FAR], axis=0)
    tiny = np.finfo(float).tiny
    usable = np.isfinite(far) & (far > 0)
    if usable.sum() < 2:
        return unknown
    near = powers[1][usable] / far[usable]
    first, second, third = (
        float(np.median(powers[lag][usable] / far[usable])) for lag in LAGS
    )
    # Where it is no longer correlated 2 d does not tell.
    two, three = 0.75 * (1 - second), 0.75 * (1 - third)
    one = 0.75 * (1 - first + two / 3)
    with np.errstate(divide='ignore'):
        lower, upper = np.log(np.quantile(near, [0.25, 0.75]))
    spread = float(upper - lower)
    deviation = first * spread / (2 * QUARTILE)
    nearest, _, furthest = (powers[distance][usable] for distance in _FAR)
    if np.median(furthest / np.maximum(nearest, tiny)) > _GROWTH:
        spread = math.inf
    # The error of a median of normal values is that of their mean times this.
    deviation *= math.sqrt(math.pi / 2)
    error = 0.75 * deviation / math.sqrt(len(near))
    # Few blocks may agree by chance: twice this is as sure as of many.
    error *= float(t.isf(norm.sf(2), len(near) - 1)) / 2
    return (one, two, three), error, spread


def _second_difference(
    image: Array, axis: int, distance: int, margin: int
) -> Array:
    """Second difference along an axis, as far inside as a margin."""
    along = np.moveaxis(image, axis, 0)
    count = len(along) - 2 * margin
    before, middle, after = (
        along[start : start + max(count, 0)]
        for start in (margin - distance, margin, margin + distance)
    )
    return np.moveaxis(before - 2 * middle + after, 0, axis)

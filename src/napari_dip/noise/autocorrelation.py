"""Autocorrelation of the noise, measured on one image.

Second differences along an axis, of pixels a few steps apart, have the power
``1 - 4/3 r(d) + 1/3 r(2 d)`` of noise whose autocorrelation is r. Divided by
that of pixels further apart than noise reaches, block by block, they tell r.
Second differences of neighbours along the other axis of the plane are taken
first, so that hardly any structure is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_dip.noise.blocks import block_mean

Array = NDArray[np.float64]

#: Distances at which it is measured, in pixels.
LAGS = (1, 2, 3)
# Where noise is no longer correlated.
_FAR = (4, 5, 6)
_BLOCK = 12
# Fewer tell neither the autocorrelation nor how sure it is.
_FEWEST_BLOCKS = 8
# Standard deviation of a median of normal values by that of their mean, and
# quartiles apart by standard deviations.
_OF_MEDIAN = math.sqrt(math.pi / 2)
_OF_QUARTILES = 1.349


class Measured(NamedTuple):
    """Autocorrelation of the noise of one plane or volume.

    Parameters
    ----------
    coefficients : (A, L) ndarray
        At the distances `LAGS` along each axis; NaN where too few pixels
        tell.
    error : (A,) ndarray
        Standard error of the first.
    spread : (A,) ndarray
        Logarithm of the upper over the lower quartile of the power of
        neighbours in the blocks. Noise has the same autocorrelation
        everywhere; structure has not.
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
    """

    reach: tuple[int, ...]
    coefficients: Array | None = None

    @property
    def independent(self) -> bool:
        """Whether the noise of each pixel is its own."""
        return max(self.reach) == 1

    def describe(self) -> str:
        """Say how far it reaches.

        Examples
        --------
        >>> Correlation((1, 1)).describe()
        'independent from pixel to pixel'
        >>> Correlation((1, 3)).describe()
        'correlated along the rows'
        """
        if self.independent:
            return 'independent from pixel to pixel'
        *_, rows, columns = self.reach
        if rows == 1:
            return 'correlated along the rows'
        if columns == 1:
            return 'correlated down the columns'
        return f'correlated (about {max(self.reach)} pixels)'


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
    usable = np.isfinite(far) & (far > 0)
    if usable.sum() < _FEWEST_BLOCKS:
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
    deviation = first * spread / _OF_QUARTILES
    error = 0.75 * _OF_MEDIAN * deviation / math.sqrt(len(near))
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

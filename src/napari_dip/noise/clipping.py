"""Gaussian noise that a detector or a file has clipped.

Where noise is cut off at black or white, the mean of the data is not that of
the light: a denoised image is too bright in the dark and too dim in the
light. How much follows from the noise, and can be undone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from napari_dip.noise.blocks import LEAST_BLOCKS, mixed_blocks
from napari_dip.noise.defects import find_saturated

Array = NDArray[np.float64]

# Mean of such a block above the limit, by that of clipped Gaussian noise. A
# background that was set to 0 beside structures has several times as much.
_PLAUSIBLE = (0.7, 1.4)

_REACH = 5.0
_KNOTS = 512


@dataclass(frozen=True)
class Clipping:
    """Limits at which Gaussian noise was cut off.

    Parameters
    ----------
    low, high : float
        In the units of the image; infinite where nothing was cut off.
    deviation : float
        Standard deviation of the noise before that.
    """

    low: float
    high: float
    deviation: float

    def mean(self, light: Array) -> Array:
        """Return the mean of the clipped data for a mean before that.

        References
        ----------
        .. [1] A. Foi, "Clipped noisy images: Heteroskedastic modeling and
               practical denoising", Signal Processing 89, 2009.
        """
        above = _excess((light - self.low) / self.deviation)
        below = _excess((self.high - light) / self.deviation)
        return light + self.deviation * (above - below)

    def undo(self, mean: Array) -> Array:
        """Return the mean before clipping, between the limits."""
        span = np.linspace(0, _REACH * self.deviation, _KNOTS)
        knots = np.concatenate([self.low + span, self.high - span])
        knots = np.sort(knots[np.isfinite(knots)])
        knots = knots[(knots >= self.low) & (knots <= self.high)]
        means = self.mean(knots)
        too_much = np.interp(mean, means, means - knots)
        undone: Array = np.clip(mean - too_much, self.low, self.high)
        return undone


def _excess(distance: Array) -> Array:
    """Mean of what lies beyond a limit so many deviations away."""
    finite = np.nan_to_num(distance, posinf=1e9)
    tail: Array = norm.pdf(finite) - finite * norm.sf(finite)
    return tail


def find_clipping(
    plane: NDArray[np.float64], deviation: float
) -> Clipping | None:
    """Find where the Gaussian noise of a plane was clipped.

    Parameters
    ----------
    plane : (M, N) ndarray of float
        One channel; NaN where it is missing.
    deviation : float
        Standard deviation of its noise.

    Returns
    -------
    Clipping or None
        None if nothing was clipped, or what piles up at a limit does not
        look like clipped noise.
    """
    if deviation <= 0:
        return None
    low = -_limit(-plane, deviation)
    high = _limit(plane, deviation)
    if not np.isfinite([low, high]).any():
        return None
    return Clipping(low, high, deviation)


def _limit(plane: NDArray[np.float64], deviation: float) -> float:
    """Greatest value of the plane if it was clipped there, else infinity."""
    clipped = find_saturated(plane)
    if not clipped.any():
        return np.inf
    limit = float(np.nanmax(plane))
    mean, _, share = mixed_blocks(plane, clipped)
    if mean.size < LEAST_BLOCKS:
        return np.inf
    distance = norm.isf(share)
    expected = deviation * (distance + _excess(distance))
    found = float(np.median(limit - mean)) / float(np.median(expected))
    return limit if _PLAUSIBLE[0] < found < _PLAUSIBLE[1] else np.inf

"""Binned pixels in which structure shows beside the noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from napari_dip.grid.binning import bin_planes, largest_bins
from napari_dip.noise.autocorrelation import Correlation
from napari_dip.noise.defects import BEYOND
from napari_dip.noise.variance import (
    MODEL_ERROR,
    VarianceModel,
    estimate_variance,
)

Array = NDArray[np.float64]

# Variance of the structure by that of correlated noise. Where it is less a
# fit finds more in bins. Of independent noise the model's error is enough.
_LEAST_RATIO_OF_CORRELATED = 1.5
# Fewer photons beside another are not told from none, for the gain is known
# to a tenth. In bins of fewer than this a photon is an event.
_LEAST_OTHERS, _LEAST_MEAN = 1 / 16, 0.15
# Fewer along a side are too few for the last filters.
_LEAST_BINS = 20


def mean_variance(plane: NDArray[Any], line: VarianceModel) -> float:
    """Return the variance of the noise of a plane, the mean over its pixels.

    Parameters
    ----------
    plane : ndarray
        One channel; pixels that are not finite are left out.
    line : VarianceModel
        Its noise.
    """
    values = plane[np.isfinite(plane)].astype(float)
    return float(line.variance(values).mean()) if values.size else 0.0


def measure_snr(plane: Array, line: VarianceModel) -> float:
    """Return the standard deviation of structure by that of the noise."""
    noise = mean_variance(plane, line)
    if not noise:
        return math.inf
    return math.sqrt(max(float(np.nanvar(plane)) / noise - 1, 0.0))


def is_mostly_noise(planes: NDArray[Any], known: NDArray[np.bool_]) -> bool:
    """Tell whether noise is most of what is fine in an image.

    Means of n pixels keep 1 / n of the variance of noise that is independent
    from pixel to pixel, and as much as there was of structure, which is alike
    at all scales. What they keep is looked at in blocks with little else.

    Parameters
    ----------
    planes : (C, ...) ndarray
        The image.
    known : ndarray of bool
        Same shape.

    References
    ----------
    D. J. Field, "Relations between the statistics of natural images and the
    response properties of cortical cells", J. Opt. Soc. Am. A 4, 1987.

    Examples
    --------
    >>> grain = np.random.default_rng(0).normal(size=(1, 64, 64))
    >>> waves = np.sin(np.arange(64) / 3) + np.zeros((1, 64, 64))
    >>> everywhere = np.ones(waves.shape, bool)
    >>> is_mostly_noise(waves + grain, everywhere)
    True
    >>> is_mostly_noise(waves + grain / 50, everywhere)
    False
    """
    if min(planes.shape[1:]) < 2:
        return False
    bins, seen = bin_planes(planes, known, 2)
    fine, coarse = (
        sum(
            mean_variance(plane, estimate_variance(plane))
            for plane in np.where(there, values.astype(float), np.nan)
        )
        for values, there in ((planes, known), (bins, seen))
    )
    # Midway, in octaves, of noise and structure.
    return coarse < fine / 2 ** ((planes.ndim - 1) / 2)


def photon_bins(plane: NDArray[Any], noise: VarianceModel) -> int:
    """Side of the bins that photons have to be counted in.

    A pixel with one photon among many with none looks like a structure. In
    bins in which a photon meets another one, on average, structure is what
    many photons have in common.

    Parameters
    ----------
    plane : (..., M, N) ndarray
        Any real dtype, in any linear unit; NaN where it is missing.
    noise : VarianceModel
        Its noise.

    Returns
    -------
    int
        Pixels along a side: 1 where there is light enough, or where the noise
        is not that of photons.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> counting = VarianceModel(gain=1.0, read_variance=0.0)
    >>> photon_bins(rng.poisson(20.0, (128, 128)), counting)
    1
    >>> photon_bins(rng.poisson(0.05, (128, 128)), counting)
    4
    """
    if noise.gain <= 0:
        return 1
    # In photons: as many would have this noise.
    mean = (np.nanmean(plane) + noise.read_variance / noise.gain) / noise.gain
    if mean <= 0:
        return 1
    # Of the others in the pixel of a photon, from the mean of squares: those
    # of its place, if the noise is Poisson's.
    variance = np.nanvar(plane) / noise.gain**2
    others = variance / mean + mean - 1
    if others >= 1:
        return 1
    size = max(1 / max(others, _LEAST_OTHERS), _LEAST_MEAN / mean)
    side = math.ceil(size ** (1 / plane.ndim))
    return int(min(side, largest_bins(plane.shape)))


def structure_bins(
    planes: Array, lines: Sequence[VarianceModel], correlation: Correlation
) -> int:
    """Side of the bins in which structure shows beside the noise.

    The noise of a bin is less the more pixels it has, and a structure of many
    pixels is still there. One of a few would be lost: bright spots keep their
    pixels.

    Parameters
    ----------
    planes : (C, ...) ndarray
        The image; NaN where it is missing.
    lines : sequence of VarianceModel
        Noise of each channel.
    correlation : Correlation
        Of that noise.

    Returns
    -------
    int
        Pixels along a side: 1 where the structure of a channel shows in
        pixels.

    Examples
    --------
    >>> grain = np.random.default_rng(0).normal(size=(1, 128, 128))
    >>> wave = np.sin(np.arange(128) / 20)
    >>> noise, white = [VarianceModel(0.0, 1.0)], Correlation((1, 1))
    >>> structure_bins(wave + grain, noise, white)
    1
    >>> structure_bins(0.3 * wave + grain, noise, white)
    2
    """
    known = np.isfinite(planes)
    variance = list(map(mean_variance, planes, lines))
    if not all(variance):
        return 1
    white = correlation.independent
    if white:
        least, largest = MODEL_ERROR, largest_bins(planes.shape[1:])
        cleaned = np.stack(list(map(_without_outliers, planes, variance)))
    else:
        least, cleaned = _LEAST_RATIO_OF_CORRELATED, planes
        largest = max(1, min(planes.shape[-2:]) // _LEAST_BINS)
    for side in range(1, largest):
        bins, seen = bin_planes(cleaned, known, side)
        left = correlation.left_in_means(side)
        if any(
            np.var(plane[there]) >= (1 + least) * left * noise
            for plane, there, noise in zip(bins, seen, variance, strict=True)
        ):
            return side
        # They take time to be looked for, which most images need not.
        if side == 1 and white and any(map(_has_spots, planes, variance)):
            return 1
    return largest


def _has_spots(plane: Array, variance: float) -> bool:
    values = _without_outliers(plane, variance)
    bright = median_filter(values, 3) - np.median(values)
    # The median of nine has 0.4 times their deviation.
    return bool(bright.max() > BEYOND / 2 * variance**0.5)


def _without_outliers(plane: Array, variance: float) -> Array:
    known = np.isfinite(plane)
    values = np.where(known, plane, np.mean(plane[known]))
    middle, reach = np.median(values), BEYOND * variance**0.5
    return np.clip(values, middle - reach, middle + reach)

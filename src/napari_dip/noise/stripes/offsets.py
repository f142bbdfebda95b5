"""Offsets of rows, as their means tell them.

A row is what is imaged, plus its offset, plus noise. Offsets are as unlike
from line to line as noise is, which nothing is that a lens has drawn, and the
same along all of a line. So the second difference across the lines holds
hardly anything but offsets in its means along them; what parts of a line
differ by there tells how well a mean is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d
from scipy.stats import chi2, norm

from napari_dip.noise.blocks import QUARTILE

Array = NDArray[np.float64]

#: Fewer lines, or pixels in a line, do not tell offsets from their error.
LEAST_SIDE = 64
# Parts of a line whose means tell the error of the whole.
_PARTS = 8
# Deviation of the line means by its error from which on it is told: images
# without stripes seldom have more (docs/lab/stripes.md).
_BEYOND = 2.0
# Octaves of the distance between lines, up to 32 lines: what changes more
# slowly is mostly the image.
_OCTAVES = 4
# Octaves that hold hardly any structure but one along the lines.
_WHITE = 2
# Deviations that neither noise nor offsets reach.
_FAR = 4.0
_SECOND = np.array([-0.5, 1.0, -0.5])
_SPLINE = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16


def row_offsets(values: Array) -> tuple[Array, float]:
    """Estimate the offset of each row.

    Parameters
    ----------
    values : (M, N) ndarray
        A plane, NaN where a pixel tells nothing.

    Returns
    -------
    offsets : (M,) ndarray
        Of mean 0; all are 0 where they are not greater than their error.
    variance : float
        Theirs before they are shrunk; 0 without any.

    Notes
    -----
    Line means are an analysis of variance with random effects [1]_. The
    variance of the offsets is what second differences across the lines have
    beyond their error, the lesser of two robust estimates: the median over
    lines, which single edges leave alone, and the median over the upper half
    of frequencies, which a period leaves alone; nothing is taken out where
    the first is greater by more than chance. In each octave of the distance
    between lines the means are shrunk by offsets / (offsets + error), as
    empirical Bayes has it. An octave that holds more than white offsets
    explain holds structure along the axis: nothing is taken out if it is one
    of the finest, and else it adds to the error. A line further than four
    deviations is an edge, or dead, and stays.

    References
    ----------
    .. [1] C. R. Henderson, "Best Linear Unbiased Estimation and Prediction
           under a Selection Model", Biometrics 31, 1975.

    Examples
    --------
    >>> draw = np.random.default_rng(0).normal
    >>> planted = draw(0, 3, 96)
    >>> found, _ = row_offsets(draw(100, 5, (96, 96)) + planted[:, None])
    >>> round(float(np.corrcoef(found, planted)[0, 1]), 2)
    0.97
    """
    total = np.zeros(len(values))
    count = len(values) - len(_SECOND) + 1
    fine = sum(w * values[i : i + count] for i, w in enumerate(_SECOND))
    means, errors = _line_means(fine)
    if np.isfinite(means).sum() < LEAST_SIDE / 2:
        return total, 0.0
    power = float(np.sum(_SECOND**2))
    by_lines, by_waves = _robust_variance(means) / power, _upper_half(means)
    if by_lines > by_waves * (1 + _FAR * _uncertain(1, count)):
        # They have a period.
        return total, 0.0
    strength = min(by_lines, by_waves)
    error = _typical(errors) / power
    # No offset is finer than the numbers themselves.
    finest = (np.finfo(np.float32).eps * np.nanmax(np.abs(values))) ** 2
    if strength <= max(_BEYOND**2 * error, finest):
        return total, 0.0
    variance, most = strength - error, max(by_lines, by_waves) - error
    for octave, (detail, share) in enumerate(_octaves(values)):
        means, errors = _line_means(detail)
        means -= np.nanmedian(means)
        typical, ours = _typical(errors), share * variance
        beside = np.maximum(_near(errors), typical)
        found, by_chance = _robust_variance(means), share * most + typical
        if found > by_chance * (1 + _FAR * _uncertain(octave, count)):
            if octave < _WHITE:
                return np.zeros(len(values)), 0.0
            beside = np.maximum(beside, found - ours)
        total += _shrunk(means, beside, ours)
    return total - total.mean(), variance


def _shrunk(means: Array, error: Array, variance: float) -> Array:
    """Return what of the means of an octave is offset."""
    expected = np.abs(means) <= _FAR * np.sqrt(variance + error)
    return np.where(expected, variance / (variance + error) * means, 0)


def _line_means(detail: Array) -> tuple[Array, Array]:
    """Return the mean of each row, outliers cut off, and its squared error.

    Both are NaN where half of the parts of a row tell nothing.
    """
    known = np.isfinite(detail)
    if not known.any():
        return (np.full(len(detail), np.nan),) * 2
    middle = _row_medians(detail, known)[:, np.newaxis]
    beside = np.where(known, detail - middle, 0)
    limit = _FAR * np.median(np.abs(beside[known])) / QUARTILE
    starts = np.arange(_PARTS) * detail.shape[1] // _PARTS
    sums = np.add.reduceat(np.clip(beside, -limit, limit), starts, axis=1)
    counts = np.add.reduceat(known, starts, axis=1, dtype=float)
    parts, told = sums / np.maximum(counts, 1), counts > 0
    number = told.sum(axis=1)
    number = np.where(2 * number > _PARTS, number, np.nan)
    means = parts.sum(axis=1) / number
    beside = np.where(told, parts - means[:, np.newaxis], 0)
    errors = (beside * beside).sum(axis=1) / (number - 1) / number
    return middle[:, 0] + means, errors


def _row_medians(values: Array, known: NDArray[np.bool_]) -> Array:
    if known.all():
        return np.asarray(np.median(values, axis=1))
    # What is missing comes last.
    ordered, count = np.sort(values, axis=1), known.sum(axis=1)
    ends = np.stack([np.maximum(count - 1, 0) // 2, count // 2], axis=1)
    ends = np.minimum(ends, values.shape[1] - 1)
    return np.asarray(np.take_along_axis(ordered, ends, axis=1).mean(axis=1))


def _typical(errors: Array) -> float:
    """Return the mean of squared errors that parts of lines tell."""
    shown = float(chi2.median(_PARTS - 1)) / (_PARTS - 1)
    return float(np.nanmedian(errors)) / shown


def _robust_variance(means: Array) -> float:
    return float((np.nanmedian(np.abs(means)) / QUARTILE) ** 2)


def _uncertain(octave: int, count: int) -> float:
    """Return the relative error of such a variance of lines that are alike."""
    of_one = 1 / (2 * QUARTILE * float(norm.pdf(QUARTILE)))
    return of_one * math.sqrt(2**octave / count)


def _upper_half(means: Array) -> float:
    """Return the variance of white values by the upper half of frequencies.

    Parameters
    ----------
    means : (M,) ndarray
        Their second differences.
    """
    limit = _FAR * math.sqrt(_robust_variance(means))
    usual = np.clip(np.nan_to_num(means), -limit, limit)
    spectrum = np.abs(np.fft.rfft(usual)) ** 2 / len(means)
    frequency = np.fft.rfftfreq(len(means))
    # Power of their autocorrelation, as far as both of a pair are known.
    known, passed = np.isfinite(means), np.zeros(len(frequency))
    shared = np.correlate(_SECOND, _SECOND, 'full')
    for lag, by in enumerate(shared, 1 - len(_SECOND)):
        apart = abs(lag)
        pairs = np.mean(known[apart:] & known[: len(known) - apart])
        passed += by * pairs * np.cos(2 * np.pi * frequency * lag)
    upper = frequency >= 0.25
    # Powers of noise are distributed exponentially.
    return float(np.median(spectrum[upper] / passed[upper]) / np.log(2))


def _near(errors: Array) -> Array:
    """Average errors over as many lines as the finest octave joins."""
    known = np.isfinite(errors)
    sums, counts = (
        convolve1d(one, np.ones(len(_SPLINE)), mode='mirror')
        for one in (np.where(known, errors, 0), known.astype(float))
    )
    return np.where(known, sums / np.maximum(counts, 1), np.nan)


def _octaves(values: Array) -> Iterator[tuple[Array, float]]:
    """Yield the octaves of an image across its rows, and their share.

    The share is what an octave holds of the variance of white offsets.
    """
    known = np.isfinite(values)
    impulse = np.zeros(2 ** (_OCTAVES + 3))
    impulse[len(impulse) // 2] = 1
    for octave in range(_OCTAVES):
        kernel = np.zeros((len(_SPLINE) - 1) * 2**octave + 1)
        kernel[:: 2**octave] = _SPLINE
        smooth, broad = (
            convolve1d(one, kernel, axis=0, mode='mirror')
            for one in (np.where(known, values, 0), impulse)
        )
        if not known.all():
            weight = convolve1d(known * 1.0, kernel, axis=0, mode='mirror')
            with np.errstate(invalid='ignore', divide='ignore'):
                smooth = np.where(known, smooth / weight, np.nan)
        yield values - smooth, float(np.sum((impulse - broad) ** 2))
        values, impulse = smooth, broad

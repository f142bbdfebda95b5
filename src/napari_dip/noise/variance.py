"""Signal-dependent noise measured on one image.

The model is that of a linear detector: ``variance = gain * mean +
read_variance``, in the units of the image.  An offset of the detector needs
no parameter of its own, because ``gain * (mean - offset) + read_noise**2`` is
the same straight line; ``read_variance`` is then negative where the offset
outweighs the read noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.noise.blocks import (
    BLOCK,
    LEAST_BLOCKS,
    block_mean,
    block_statistics,
    high_pass,
    mixed_blocks,
)

Array = NDArray[np.float64]

# Quantiles of the mean square of 6 x 6 residuals, and what they are in units
# of its expectation for white noise (held by a test).
_LOW, _LOW_SHARE = 0.25, 0.698
_LOWEST, _LOWEST_SHARE = 0.05, 0.456
# Where the lowest tell less than this part of what the quarter does, in half
# of the classes of brightness or more, most blocks hold structure: it is 0.5
# to 0.8 of busy photographs in little noise, and 0.85 to 1.2 else.
_BUSY = 0.8

# Order of differences that leave of the smooth structures of an image, which
# second differences leave, a part that is too small to matter.
_FINE = 6
# Of the power in second differences. White noise has the same in those of
# any order, noise that neighbours share a tenth.
_NO_NOISE = 0.01

_CURVE_BINS = 24
#: Fewer pixels of one value are no pile of clipped ones.
LEAST_PILE = 20
# Variance over mean, in steps of the data: 1 for counts.
_MOST_OF_COUNTS = 1.6
_ITERATIONS = 20
#: Error of a measured variance, as a part of it.
MODEL_ERROR = 0.1


@dataclass(frozen=True)
class VarianceModel:
    """Affine relation between the mean and the variance of a pixel.

    Parameters
    ----------
    gain : float
        Variance per unit of intensity (image units), at least 0.
    read_variance : float
        Variance at intensity 0 (image units squared).  Negative where the
        detector adds an offset.
    """

    gain: float
    read_variance: float

    def variance(self, mean: ArrayLike) -> Array:
        """Variance at the given mean intensities, never below 0."""
        line = self.gain * np.asarray(mean, float) + self.read_variance
        return np.maximum(line, 0.0)

    def averaged(self, count: float) -> VarianceModel:
        """Return that of means of so many pixels of independent noise."""
        return VarianceModel(self.gain / count, self.read_variance / count)


class NoiseLevel(NamedTuple):
    """How strong the noise of a channel is, in the range of a network.

    Parameters
    ----------
    variance : float
        Its mean over the pixels.
    certain : bool
        Whether it is no more than that: neighbours tell each pixel, as
        those of noise never do.
    """

    variance: float
    certain: bool


def estimate_variance(image: ArrayLike) -> VarianceModel:
    """Affine noise model of one image, from that image alone.

    The variance of a high-pass residual is taken block by block; blocks of
    like intensity are pooled by a low quantile (structure only ever adds
    power, so the lowest quarter of the blocks is the noise, or a twentieth
    where most are busy), and a line is fitted robustly through the pooled
    points.

    Parameters
    ----------
    image : (..., M, N) array_like
        A plane, or several that are pooled into one model; any real dtype, in
        any linear unit.  Non-finite values are ignored.

    Returns
    -------
    VarianceModel
        In the units of `image`.  An image without noise, or too small to
        tell, gives a model of variance 0 or of constant variance.

    Notes
    -----
    The noise has to be independent from pixel to pixel: the variance of
    correlated noise comes out too small (see the autocorrelation).

    Follows the idea of A. Foi et al., "Practical Poissonian-Gaussian noise
    modeling and fitting for single-image raw-data", IEEE Trans. Image
    Process. 17 (2008) 1737-1754, with blocks in place of level sets.

    Examples
    --------
    >>> import numpy as np
    >>> photons = np.random.default_rng(0).poisson(50.0, (128, 128))
    >>> noise = estimate_variance(3.0 * photons)
    >>> round(float(noise.variance(150.0)) / 450.0, 1)
    1.0
    """
    planes = _planes(image)
    mean, power = _pooled_statistics(planes)
    if mean.size == 0:
        return VarianceModel(0.0, 0.0)
    if (count := _unit_of_events(planes)) is not None:
        return VarianceModel(count, 0.0)
    fine = _fine_power(planes)
    if _is_structure(fine, power):
        return VarianceModel(0.0, fine / _LOW_SHARE)
    return _fit_line(*_noise_curve(mean, power))


def is_predictable(plane: ArrayLike) -> bool:
    """Whether neighbours tell a pixel as those of noise never do.

    Parameters
    ----------
    plane : (M, N) or (L, M, N) array_like
        A plane, or all of a volume; pixels that are not finite are missing.

    Returns
    -------
    bool
        True for smooth images with hardly any noise; False where too few
        neighbours are known to tell.

    Examples
    --------
    >>> wave = np.outer(*[np.sin(np.arange(64) / 5)] * 2)
    >>> is_predictable(wave)
    True
    >>> is_predictable(wave + np.random.default_rng(0).normal(size=(64, 64)))
    False
    """
    planes = _planes(plane)
    _, power = _pooled_statistics(planes)
    return bool(power.size) and _is_structure(_fine_power(planes), power)


def _planes(image: ArrayLike) -> list[Array]:
    """Blocks lie in planes: those of a volume are often far apart."""
    values = np.asarray(image, float)
    return list(values.reshape(-1, *values.shape[-2:]))


def _is_structure(fine: float, power: Array) -> bool:
    """Whether hardly any of what second differences left was noise."""
    return fine < _NO_NOISE * float(np.quantile(power, _LOW))


def _unit_of_events(planes: list[Array]) -> float | None:
    """What an event counts, in a frame of nothing but 0 and one value.

    Most blocks of a sparse frame hold no event. Events are independent, so
    that differences have the variance of the frame; a drawing has less.
    """
    finite = np.concatenate([plane[np.isfinite(plane)] for plane in planes])
    unit = float(finite.max(initial=0))
    if unit <= 0 or not ((finite == 0) | (finite == unit)).all():
        return None
    power = [np.nanmean(high_pass(plane) ** 2) for plane in planes]
    sparse = finite.mean() < unit / 2
    return unit if sparse and np.mean(power) > finite.var() / 2 else None


def _fine_power(planes: list[Array]) -> float:
    """Power of differences in which structure hardly shows."""
    parts = [
        block_mean(high_pass(plane, _FINE) ** 2, BLOCK) for plane in planes
    ]
    power = np.concatenate(parts)
    power = power[np.isfinite(power)]
    if not power.size:
        return math.inf
    # No noise is finer than the numbers themselves.
    greatest = max(
        np.abs(plane[np.isfinite(plane)]).max(initial=0) for plane in planes
    )
    low = float(np.quantile(power, _LOW))
    return low if low > (np.finfo(np.float32).eps * greatest) ** 2 else 0.0


def _pooled_statistics(planes: list[Array]) -> tuple[Array, Array]:
    parts = [block_statistics(_without_clipped(plane)) for plane in planes]
    if not sum(mean.size for mean, _ in parts):
        parts = [block_statistics(plane) for plane in planes]
    means, powers = zip(*parts, strict=True)
    return np.concatenate(means), np.concatenate(powers)


def _without_clipped(plane: Array) -> Array:
    # A detector or a file format that clips piles pixels up on one value,
    # where they show no noise.  Without a pile the extreme is an ordinary
    # pixel, and so is a count of no photon.
    finite = plane[np.isfinite(plane)]
    clipped = np.zeros(plane.shape, bool)
    for extreme in (finite.min(), finite.max()) if finite.size else ():
        pile = plane == extreme
        if pile.sum() >= LEAST_PILE:
            clipped |= pile
    if finite.size and clipped.any() and _counts_photons(plane, finite):
        clipped &= plane != finite.min()
    return np.where(clipped, np.nan, plane)


def _counts_photons(plane: Array, finite: Array) -> bool:
    """Whether the least value is a count of no photon, and no clipping.

    Where many pixels have the least value and the noise is that of counts,
    one count a step of the data, nothing is missing below that value:
    clipped noise of more than two steps varies more for its mean.
    """
    least = finite.min()
    mean, power, _ = mixed_blocks(plane, plane == least)
    if not mean.size:
        return False
    # Below a margin filled with 0 there is a gap, which is no step.
    more = finite[finite > least]
    second = more.min()
    third = more[more > second].min(initial=np.inf)
    step = min(second - least, third - second)
    rise = np.median(power) / np.median(mean - least)
    return bool(rise <= _MOST_OF_COUNTS * step)


def _noise_curve(mean: Array, power: Array) -> tuple[Array, Array, Array]:
    label = np.searchsorted(_bin_edges(mean), mean, 'right')
    classes = [label == index for index in np.unique(label)]
    classes = [one for one in classes if one.sum() >= LEAST_BLOCKS]
    classes = classes or [np.ones(mean.shape, bool)]
    centre = np.array([mean[one].mean() for one in classes])
    quantiles = [np.quantile(power[one], [_LOW, _LOWEST]) for one in classes]
    low, lowest = np.transpose(
        quantiles / np.array([_LOW_SHARE, _LOWEST_SHARE])
    )
    busy = np.median(lowest - _BUSY * low) < 0
    variance = np.minimum(low, lowest) if busy else low
    return centre, variance, np.array([one.sum() for one in classes])


def _bin_edges(mean: Array) -> Array:
    # Equal counts resolve the background, equal widths the few bright
    # structures that carry most of what is known about the gain.
    shares = np.linspace(0, 1, _CURVE_BINS // 2, endpoint=False)
    counts = np.quantile(mean, shares)
    widths = mean.min() + shares * np.ptp(mean)
    return np.unique(np.concatenate([counts, widths]))


def _fit_line(mean: Array, variance: Array, count: Array) -> VarianceModel:
    if mean.size < 2 or not variance.any():
        return VarianceModel(0.0, float(np.average(variance, weights=count)))
    fitted = variance
    gain, read = 0.0, 0.0
    for _ in range(_ITERATIONS):
        weight = _robust_weight(variance, fitted, count)
        gain, read = _weighted_line(mean, variance, weight)
        fitted = gain * mean + read
    if gain <= 0:
        weight = _robust_weight(variance, np.median(variance), count)
        return VarianceModel(0.0, float(np.average(variance, weights=weight)))
    return VarianceModel(gain, read)


def _robust_weight(
    variance: Array, fitted: Array | float, count: Array
) -> Array:
    # The spread of a pooled variance is proportional to the variance; a
    # floor keeps a line that crosses zero from weighing one bin alone. Where
    # most of an image has no noise the median is none.
    typical = np.median(variance) or variance.mean()
    scale = np.maximum(fitted, MODEL_ERROR * typical)
    spread = scale * np.hypot(MODEL_ERROR, 1 / np.sqrt(count))
    outlying = np.abs(variance - fitted) / spread
    weight: Array = 1 / (spread**2 * np.maximum(1.0, outlying))
    return weight


def _weighted_line(
    mean: Array, variance: Array, weight: Array
) -> tuple[float, float]:
    centre = np.average(mean, weights=weight)
    level = np.average(variance, weights=weight)
    rise = np.sum(weight * (mean - centre) * (variance - level))
    gain = rise / np.sum(weight * (mean - centre) ** 2)
    return float(gain), float(level - gain * centre)

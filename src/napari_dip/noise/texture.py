"""Grain of the noise: whether neighbouring pixels share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.noise.blocks import block_mean

Array = NDArray[np.float64]

_QUIET = 0.25
_FAR = 3
_CORRELATION_BLOCK = 16
_CALM_SHARE = 0.93
_NOTABLE_CORRELATION = 0.3
_LEAST = 0.05
# Wide-field frames of fluorescence give 1.22; electron micrographs, histology
# and phase contrast, whose correlation is that of the image, 1.4 and more.
_EVEN = 1.3


@dataclass(frozen=True)
class NoiseTexture:
    """Size and grain of noise whose variance is the same everywhere.

    Parameters
    ----------
    sigma : float
        Standard deviation (image units).
    correlation : tuple of float
        Correlation with the next pixel down and the next to the right, 0 for
        independent noise.
    evenness : float
        Lower quartile over 5 % quantile of the power of the blocks: about
        1.2 for noise alone, more where structure adds to it.
    """

    sigma: float
    correlation: tuple[float, float]
    evenness: float

    @property
    def dominated_by_noise(self) -> bool:
        """Whether the quiet parts hold nothing but noise.

        Only then is a correlation between neighbours one of the noise and
        not of the image.
        """
        return self.evenness < _EVEN

    @property
    def independent(self) -> bool:
        """Whether methods made for white noise may be trusted."""
        return max(self.correlation) < _NOTABLE_CORRELATION

    @property
    def area(self) -> float:
        """Pixels over which the noise is alike; 1 for white noise.

        The integral of the autocorrelation, taken to be Gaussian: noise of
        standard deviation `sigma` is as strong at low spatial frequencies as
        white noise of ``sigma * sqrt(area)``.
        """
        if self.independent:
            return 1.0
        widths = [max(1.0, _integral(rho)) for rho in self.correlation]
        return float(np.prod(widths))


def _integral(correlation: float) -> float:
    # exp(-d**2 / w) with the given value at a distance of one pixel.
    bounded = np.clip(correlation, 1e-6, 0.99)
    return float(np.sqrt(np.pi / -np.log(bounded)))


def noise_texture(plane: ArrayLike) -> NoiseTexture:
    """Standard deviation and grain of the noise of one plane.

    Parameters
    ----------
    plane : (M, N) array_like
        One image plane, at least 24 x 24.  Stabilise its variance first
        where the noise depends on the signal.

    Returns
    -------
    NoiseTexture
        Counts correlated noise in full, unlike `high_pass`; slow structure
        of the image is counted in part.

    Notes
    -----
    Compares, in the quiet quarter of the blocks, the mean squared difference
    of neighbours with that of pixels a few steps apart, which correlated
    noise makes larger and white noise does not.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> noise_texture(white).independent
    True
    >>> blurred = white + np.roll(white, 1, 0) + np.roll(white, 1, 1)
    >>> noise_texture(blurred).independent
    False
    """
    values = np.asarray(plane, float)
    near = [_quiet_difference(part, 1) for part in (values, values.T)]
    far = [_quiet_difference(part, _FAR) for part in (values, values.T)]
    rows, columns = (
        1 - one / several if several else 0.0
        for one, several in zip(near, far, strict=True)
    )
    sigma = np.sqrt(min(far) / 2 / _CALM_SHARE)
    evenness = _quiet_difference(values, _FAR) / max(
        _quiet_difference(values, _FAR, _LEAST), np.finfo(float).tiny
    )
    return NoiseTexture(
        float(sigma), (float(rows), float(columns)), float(evenness)
    )


def _quiet_difference(
    plane: Array, lag: int, quantile: float = _QUIET
) -> float:
    # Both lags are taken over the same rows, so the same structure.
    rows = len(plane) - _FAR
    squares = (plane[lag : lag + rows] - plane[:rows]) ** 2
    blocks = block_mean(squares, _CORRELATION_BLOCK)
    return float(np.nanquantile(blocks, quantile))

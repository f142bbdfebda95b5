"""Classical denoisers for Gaussian noise, made to fit detector noise.

Their strengths are multiples of the noise, chosen once for the best mean over
the FMD scenes, so in favour of the peers, and hold for every set.
"""

import warnings
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from skimage import restoration

from benchmarks.cases import Problem
from napari_dip.noise.autocorrelation import Correlation
from napari_dip.noise.model import measure_noise
from napari_dip.noise.variance import VarianceModel, estimate_variance
from napari_dip.noise.variance_stabilisation import invert, stabilise

Array = NDArray[np.float64]

_TV_STRENGTH, _NLM_STRENGTH, _SHIFTS = 0.8, 0.7, 3
# Correlation of neighbours below which BM3D does better on noise taken for
# white: of JPEG of quality 75, 0.34, it makes 33.9 dB so and 29.2 else.
_NOTABLE = 0.35


class Texture(NamedTuple):
    """Noise of one variance: its deviation, and how neighbours share it."""

    sigma: float = 1.0
    correlation: tuple[float, ...] = (0.0, 0.0)

    @property
    def independent(self) -> bool:
        """Whether methods made for white noise may be trusted."""
        return max(self.correlation) < _NOTABLE

    @property
    def area(self) -> float:
        """Integral of the autocorrelation, taken to be Gaussian."""
        if self.independent:
            return 1.0
        bounded = np.clip(self.correlation, 1e-6, 0.99)
        return float(np.prod(np.sqrt(np.pi / -np.log(bounded)).clip(1)))


def identity(problem: Problem, seed: int) -> Array:
    """The input itself."""
    return np.asarray(problem.image, float)


def _stabilised(
    denoise: Callable[[Array, Texture, Any], Array],
) -> Callable[[Problem, int], Array]:
    """Stabilise the variance, denoise, and come back.

    The noise is estimated from the image alone, unless the protocol of its
    set tells the standard deviation.
    """

    @wraps(denoise)
    def solve(problem: Problem, seed: int) -> Array:
        image, axis = np.asarray(problem.image, float), problem.channel_axis
        texture = Texture()
        if problem.sigma is not None:
            noise = VarianceModel(0.0, problem.sigma**2)
        elif axis is not None:
            noise = estimate_variance(np.moveaxis(image, axis, 0))
        else:
            # How correlated noise depends on the signal cannot be told; to
            # take it for constant serves the peers better.
            planes = image[np.newaxis]
            found = measure_noise(planes)
            texture = _texture(found.correlation)
            if not texture.independent:
                found = found.of_one_variance(planes)
            [noise] = found.variance
        if not noise.variance(image.max()):
            return image
        stabilised = stabilise(image, noise)
        return invert(denoise(stabilised, texture, axis), noise)

    return solve


def _texture(correlation: Correlation) -> Texture:
    if correlation.independent or correlation.coefficients is None:
        return Texture()
    return Texture(1.0, tuple(correlation.coefficients[0, :, 0].tolist()))


def _effective_sigma(noise: Texture) -> float:
    return noise.sigma * float(np.sqrt(noise.area))


@_stabilised
def total_variation(image: Array, noise: Texture, axis: Any) -> Array:
    """Chambolle's total variation, weight in proportion to the noise."""
    options = {'eps': 1e-6, 'max_num_iter': 500, 'channel_axis': axis}
    weight = _TV_STRENGTH * _effective_sigma(noise)
    return restoration.denoise_tv_chambolle(image, weight, **options)


@_stabilised
def nl_means(image: Array, noise: Texture, axis: Any) -> Array:
    """Non-local means, 5 x 5 patches within 13 x 13 pixels."""
    sigma = _effective_sigma(noise)
    options = {'patch_size': 5, 'patch_distance': 6, 'channel_axis': axis}
    options |= {'h': _NLM_STRENGTH * sigma, 'sigma': sigma}
    return restoration.denoise_nl_means(image, fast_mode=True, **options)


@_stabilised
def wavelet(image: Array, noise: Texture, axis: Any) -> Array:
    """BayesShrink soft thresholds, averaged over shifts."""
    names = {'wavelet': 'sym4', 'mode': 'soft', 'method': 'BayesShrink'}
    options = {'sigma': _effective_sigma(noise), 'rescale_sigma': False}
    axes = {'channel_axis': axis}
    shrink = partial(restoration.denoise_wavelet, **names, **options, **axes)
    with warnings.catch_warnings():
        # The name of the argument for one worker changed in 0.26.
        warnings.simplefilter('ignore', FutureWarning)
        return restoration.cycle_spin(image, shrink, _SHIFTS, **axes)


@_stabilised
def bm3d(image: Array, noise: Texture, axis: Any) -> Array:
    """BM3D; told the power spectrum where the noise is correlated."""
    # Imported here, so that everything else runs without it.
    import bm3d as package

    if axis is not None:
        planes = np.moveaxis(image, axis, -1)
        return np.moveaxis(package.bm3d_rgb(planes, noise.sigma), -1, axis)
    if noise.independent:
        return package.bm3d(image, noise.sigma)
    # bm3d 4.0 calls a function that NumPy 2 has renamed.
    with mock.patch.object(np, 'trapz', np.trapezoid, create=True):
        return package.bm3d(image, power_spectrum(noise, image.shape))


def power_spectrum(noise: Texture, shape: tuple[int, ...]) -> Array:
    """Expected squared modulus of the Fourier transform of the noise.

    Taken from a Gaussian autocorrelation with the measured values at a
    distance of one pixel, on a periodic grid of the given shape.
    """
    axes = []
    for rho, n in zip(noise.correlation, shape, strict=True):
        distance = np.fft.fftfreq(n, 1 / n)
        axes.append(np.clip(rho, 1e-6, 0.99) ** (distance**2))
    covariance = noise.sigma**2 * np.multiply.outer(*axes)
    spectrum = np.fft.fft2(covariance).real
    return np.maximum(spectrum, 1e-3 * spectrum.mean()) * covariance.size

"""Classical denoisers for Gaussian noise, made to fit detector noise.

Their strengths are multiples of the noise, chosen once for the best mean over
the FMD scenes, so in favour of the peers, and hold for every set.
"""

import warnings
from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from skimage import restoration

from benchmarks.cases import Problem
from napari_dip.noise.correlated import find_recipe
from napari_dip.noise.texture import NoiseTexture, noise_texture
from napari_dip.noise.variance import VarianceModel, estimate_variance
from napari_dip.noise.variance_stabilisation import invert, stabilise

Array = NDArray[np.float64]

_TV_STRENGTH, _NLM_STRENGTH, _SHIFTS = 0.8, 0.7, 3
_WHITE = NoiseTexture(1.0, (0.0, 0.0), evenness=1.0)
# Correlation of neighbours below which BM3D does better on noise taken for
# white: of JPEG of quality 75, 0.34, it makes 33.9 dB so and 29.2 else.
_NOTABLE = 0.35


def identity(problem: Problem, seed: int) -> Array:
    """The input itself."""
    return np.asarray(problem.image, float)


def _stabilised(
    denoise: Callable[[Array, NoiseTexture, Any], Array],
) -> Callable[[Problem, int], Array]:
    """Stabilise the variance, denoise, and come back.

    The noise is estimated from the image alone, unless the protocol of its
    set tells the standard deviation.
    """

    @wraps(denoise)
    def solve(problem: Problem, seed: int) -> Array:
        image, axis = np.asarray(problem.image, float), problem.channel_axis
        correlated = _is_correlated(problem)
        if problem.sigma is not None:
            noise = VarianceModel(0.0, problem.sigma**2)
        elif correlated:
            # How it depends on the signal cannot be told from such noise;
            # to take it for constant serves the peers better.
            noise = VarianceModel(0.0, noise_texture(problem.image).sigma ** 2)
        else:
            noise = estimate_variance(problem.image, channel_axis=axis)
        if not noise.variance(image.max()):
            return image
        stabilised = stabilise(image, noise)
        texture = noise_texture(stabilised) if correlated else _WHITE
        return invert(denoise(stabilised, texture, axis), noise, image)

    return solve


def _is_correlated(problem: Problem) -> bool:
    """Whether to take the noise of a grey image for correlated."""
    # Dense structure looks like it to one of the two alone.
    if problem.sigma is not None or problem.channel_axis is not None:
        return False
    if max(noise_texture(problem.image).correlation) < _NOTABLE:
        return False
    return find_recipe(np.asarray(problem.image)[None]) is not None


def _effective_sigma(noise: NoiseTexture) -> float:
    return noise.sigma * float(np.sqrt(noise.area))


@_stabilised
def total_variation(image: Array, noise: NoiseTexture, axis: Any) -> Array:
    """Chambolle's total variation, weight in proportion to the noise."""
    options = {'eps': 1e-6, 'max_num_iter': 500, 'channel_axis': axis}
    weight = _TV_STRENGTH * _effective_sigma(noise)
    return restoration.denoise_tv_chambolle(image, weight, **options)


@_stabilised
def nl_means(image: Array, noise: NoiseTexture, axis: Any) -> Array:
    """Non-local means, 5 x 5 patches within 13 x 13 pixels."""
    sigma = _effective_sigma(noise)
    options = {'patch_size': 5, 'patch_distance': 6, 'channel_axis': axis}
    options |= {'h': _NLM_STRENGTH * sigma, 'sigma': sigma}
    return restoration.denoise_nl_means(image, fast_mode=True, **options)


@_stabilised
def wavelet(image: Array, noise: NoiseTexture, axis: Any) -> Array:
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
def bm3d(image: Array, noise: NoiseTexture, axis: Any) -> Array:
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


def power_spectrum(noise: NoiseTexture, shape: tuple[int, ...]) -> Array:
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

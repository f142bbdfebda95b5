"""Classical denoisers, each at a strength that follows from the noise.

The strengths are multiples of the noise, chosen once for the best mean over
the FMD scenes, so in favour of the peers, and hold for every set.
"""

from __future__ import annotations

import warnings
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from skimage.restoration import (
    cycle_spin,
    denoise_nl_means,
    denoise_tv_chambolle,
    denoise_wavelet,
)

from benchmarks.cases import Problem
from benchmarks.peers.stabilised import denoise_stabilised
from napari_dip.noise.autocorrelation import NoiseTexture

Array = NDArray[np.float64]

_TV_STRENGTH = 0.8
_NLM_STRENGTH = 0.7
_SHIFTS = 3


def identity(problem: Problem, seed: int) -> Array:
    """The input itself."""
    del seed
    return np.asarray(problem.image, float)


def total_variation(problem: Problem, seed: int) -> Array:
    """Chambolle's total variation, weight in proportion to the noise."""
    del seed
    return denoise_stabilised(problem, _total_variation)


def non_local_means(problem: Problem, seed: int) -> Array:
    """Non-local means, 5 x 5 patches within 13 x 13 pixels."""
    del seed
    return denoise_stabilised(problem, _non_local_means)


def wavelet(problem: Problem, seed: int) -> Array:
    """BayesShrink soft thresholds, averaged over shifts."""
    del seed
    return denoise_stabilised(problem, _wavelet)


def bm3d(problem: Problem, seed: int) -> Array:
    """BM3D; told the power spectrum where the noise is correlated."""
    del seed
    return denoise_stabilised(problem, _bm3d)


def _effective_sigma(noise: NoiseTexture) -> float:
    return noise.sigma * float(np.sqrt(noise.area))


def _total_variation(
    image: Array, noise: NoiseTexture, channel_axis: int | None
) -> Array:
    return denoise_tv_chambolle(
        image,
        weight=_TV_STRENGTH * _effective_sigma(noise),
        eps=1e-6,
        max_num_iter=500,
        channel_axis=channel_axis,
    )


def _non_local_means(
    image: Array, noise: NoiseTexture, channel_axis: int | None
) -> Array:
    sigma = _effective_sigma(noise)
    return denoise_nl_means(
        image,
        patch_size=5,
        patch_distance=6,
        h=_NLM_STRENGTH * sigma,
        sigma=sigma,
        fast_mode=True,
        channel_axis=channel_axis,
    )


def _wavelet(
    image: Array, noise: NoiseTexture, channel_axis: int | None
) -> Array:
    def shrink(shifted: Array) -> Array:
        return denoise_wavelet(
            shifted,
            sigma=_effective_sigma(noise),
            wavelet='sym4',
            mode='soft',
            method='BayesShrink',
            channel_axis=channel_axis,
            rescale_sigma=False,
        )

    with warnings.catch_warnings():
        # The name of the argument for one worker changed in 0.26.
        warnings.simplefilter('ignore', FutureWarning)
        return cycle_spin(
            image, shrink, max_shifts=_SHIFTS, channel_axis=channel_axis
        )


def _bm3d(
    image: Array, noise: NoiseTexture, channel_axis: int | None
) -> Array:
    # Imported here, so that everything else runs without it.
    import bm3d as package

    if channel_axis is not None:
        planes = np.moveaxis(image, channel_axis, -1)
        result = package.bm3d_rgb(planes, noise.sigma)
        return np.moveaxis(result, -1, channel_axis)
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
    axes = [
        np.clip(rho, 1e-6, 0.99) ** (_distance(size) ** 2)
        for rho, size in zip(noise.correlation, shape, strict=True)
    ]
    covariance = noise.sigma**2 * np.multiply.outer(*axes)
    spectrum = np.fft.fft2(covariance).real
    return np.maximum(spectrum, 1e-3 * spectrum.mean()) * covariance.size


def _distance(size: int) -> Array:
    return np.abs(np.fft.fftfreq(size, 1 / size))

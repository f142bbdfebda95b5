"""Classical peers; denoisers for Gaussian noise are fitted to detectors.

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
from PIL import Image as PillowImage
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from skimage import restoration

from benchmarks.cases import Problem
from napari_dip.noise.autocorrelation import Correlation
from napari_dip.noise.model import measure_noise
from napari_dip.noise.variance import VarianceModel, estimate_variance
from napari_dip.noise.variance_stabilisation import invert, stabilise

Array = NDArray[np.float64]
# Correlation of neighbours along each axis; none where the noise is white.
Correlated = tuple[float, ...]

_TV_STRENGTH, _NLM_STRENGTH, _SHIFTS = 0.8, 0.7, 3
# Correlation of neighbours below which BM3D does better on noise taken for
# white: of JPEG of quality 75, 0.34, it makes 33.9 dB so and 29.2 else.
_NOTABLE = 0.35


def identity(problem: Problem, seed: int) -> Array:
    """The input itself."""
    return np.asarray(problem.image, float)


def _stabilised(
    denoise: Callable[[Array, Correlated, Any], Array],
) -> Callable[[Problem, int], Array]:
    """Stabilise the noise, measured or told, to 1, denoise, and come back."""

    @wraps(denoise)
    def solve(problem: Problem, seed: int) -> Array:
        image, axis = np.asarray(problem.image, float), problem.channel_axis
        shared: Correlated = ()
        if problem.sigma is not None:
            noise = VarianceModel(0.0, problem.sigma**2)
        elif axis is not None:
            noise = estimate_variance(np.moveaxis(image, axis, 0))
        else:
            # How correlated noise depends on the signal cannot be told; to
            # take it for constant serves the peers better.
            planes = image[np.newaxis]
            found = measure_noise(planes)
            shared = _correlation(found.correlation)
            found = found.of_one_variance(planes) if shared else found
            [noise] = found.variance
        if not noise.variance(image.max()):
            return image
        return invert(denoise(stabilise(image, noise), shared, axis), noise)

    return solve


def _correlation(found: Correlation) -> Correlated:
    if found.independent or found.coefficients is None:
        return ()
    rho = found.coefficients[0, :, 0]
    return tuple(rho.clip(1e-6, 0.99)) if max(rho) >= _NOTABLE else ()


def _effective_sigma(shared: Correlated) -> float:
    """Root of the integral of the autocorrelation, taken to be Gaussian."""
    return float(np.prod([max(1, np.pi / -np.log(r)) for r in shared])) ** 0.25


@_stabilised
def total_variation(image: Array, shared: Correlated, axis: Any) -> Array:
    """Chambolle's total variation, weight in proportion to the noise."""
    options = {'eps': 1e-6, 'max_num_iter': 500, 'channel_axis': axis}
    weight = _TV_STRENGTH * _effective_sigma(shared)
    return restoration.denoise_tv_chambolle(image, weight, **options)


@_stabilised
def nl_means(image: Array, shared: Correlated, axis: Any) -> Array:
    """Non-local means, 5 x 5 patches within 13 x 13 pixels."""
    sigma = _effective_sigma(shared)
    options = {'patch_size': 5, 'patch_distance': 6, 'channel_axis': axis}
    options |= {'h': _NLM_STRENGTH * sigma, 'sigma': sigma}
    return restoration.denoise_nl_means(image, fast_mode=True, **options)


@_stabilised
def wavelet(image: Array, shared: Correlated, axis: Any) -> Array:
    """BayesShrink soft thresholds, averaged over shifts."""
    names = {'wavelet': 'sym4', 'mode': 'soft', 'method': 'BayesShrink'}
    options = {'sigma': _effective_sigma(shared), 'rescale_sigma': False}
    axes = {'channel_axis': axis}
    shrink = partial(restoration.denoise_wavelet, **names, **options, **axes)
    with warnings.catch_warnings():
        # The name of the argument for one worker changed in 0.26.
        warnings.simplefilter('ignore', FutureWarning)
        return restoration.cycle_spin(image, shrink, _SHIFTS, **axes)


@_stabilised
def bm3d(image: Array, shared: Correlated, axis: Any) -> Array:
    """BM3D; told the power spectrum where the noise is correlated."""
    # Imported here, so that everything else runs without it.
    import bm3d as package

    if axis is not None:
        planes = np.moveaxis(image, axis, -1)
        return np.moveaxis(package.bm3d_rgb(planes, 1.0), -1, axis)
    if not shared:
        return package.bm3d(image, 1.0)
    # bm3d 4.0 calls a function that NumPy 2 has renamed.
    with mock.patch.object(np, 'trapz', np.trapezoid, create=True):
        return package.bm3d(image, power_spectrum(shared, image.shape))


def power_spectrum(shared: Correlated, shape: tuple[int, ...]) -> Array:
    """Expected power of the noise on a periodic grid of the given shape.

    Of a Gaussian autocorrelation as measured at a distance of one pixel.
    """
    distances = [np.fft.fftfreq(n, 1 / n) for n in shape]
    axes = [r ** (d**2) for r, d in zip(shared, distances, strict=True)]
    spectrum = np.fft.fft2(np.multiply.outer(*axes)).real
    return np.maximum(spectrum, 1e-3 * spectrum.mean()) * spectrum.size


def biharmonic(problem: Problem, seed: int) -> Array:
    """scikit-image's biharmonic equation, in the units of the image."""
    image = np.asarray(problem.image, float)
    return restoration.inpaint_biharmonic(
        image, problem.mask, channel_axis=problem.channel_axis
    )


def linear(problem: Problem, seed: int) -> Array:
    """Linear interpolation over a triangulation of the known pixels."""
    known = np.argwhere(~problem.mask)
    missing = np.argwhere(problem.mask)
    values = np.asarray(problem.image, float)[~problem.mask]
    result = np.array(problem.image, float)
    inside = LinearNDInterpolator(known, values)(missing)
    outside = NearestNDInterpolator(known, values)(missing)
    result[problem.mask] = np.where(np.isfinite(inside), inside, outside)
    return result


def upsample(
    problem: Problem, seed: int, method: PillowImage.Resampling
) -> Array:
    """Pillow's interpolation with aligned pixel edges."""
    image = np.asarray(problem.image, np.float32)
    size = tuple(problem.factor * n for n in reversed(image.shape[:2]))
    planes = [
        np.asarray(PillowImage.fromarray(plane).resize(size, method))
        for plane in np.moveaxis(np.atleast_3d(image), 2, 0)
    ]
    stacked = np.stack(planes, axis=2).astype(float)
    return stacked[..., 0] if image.ndim == 2 else stacked


bicubic = partial(upsample, method=PillowImage.Resampling.BICUBIC)
lanczos = partial(upsample, method=PillowImage.Resampling.LANCZOS)

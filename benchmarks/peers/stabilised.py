"""Denoisers for Gaussian noise, made to fit detector noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Problem
from napari_dip.noise.autocorrelation import NoiseTexture, noise_texture
from napari_dip.noise.correlated import find_shared_noise
from napari_dip.noise.model import NoiseModel, estimate_noise
from napari_dip.noise.variance_stabilisation import invert, stabilise

Array = NDArray[np.float64]
GaussianDenoiser = Callable[[Array, NoiseTexture, int | None], Array]

_WHITE = NoiseTexture(1.0, (0.0, 0.0), evenness=1.0)
# Correlation of neighbours below which BM3D does better on noise taken for
# white: of JPEG of quality 75, 0.34, it makes 33.9 dB so and 29.2 else.
_NOTABLE = 0.35


def denoise_stabilised(problem: Problem, denoiser: GaussianDenoiser) -> Array:
    """Stabilise the variance, denoise, and come back.

    Parameters
    ----------
    problem : Problem
        Noisy image.  The noise is estimated from it alone, unless the
        protocol of its set tells the standard deviation.
    denoiser : callable
        Given the stabilised image, its noise and the channel axis.

    Returns
    -------
    ndarray
        In the units of the image.
    """
    image = np.asarray(problem.image, float)
    correlated = _is_correlated(problem)
    noise = _noise_model(problem, correlated=correlated)
    if not noise.variance(image.max()):
        return image
    stabilised = stabilise(image, noise)
    texture = noise_texture(stabilised) if correlated else _WHITE
    estimate = denoiser(stabilised, texture, problem.channel_axis)
    return invert(estimate, noise, image)


def _is_correlated(problem: Problem) -> bool:
    """Whether to take the noise of a grey image for correlated.

    Dense structure looks like it to :func:`noise_texture` alone, so both that
    and what tells napari-dip have to find it.
    """
    if problem.sigma is not None or problem.channel_axis is not None:
        return False
    if max(noise_texture(problem.image).correlation) < _NOTABLE:
        return False
    return find_shared_noise(np.asarray(problem.image)[None]) is not None


def _noise_model(problem: Problem, *, correlated: bool) -> NoiseModel:
    if problem.sigma is not None:
        return NoiseModel(0.0, problem.sigma**2)
    if correlated:
        # How it depends on the signal cannot be told from such noise;
        # to take it for constant serves the peers better.
        return NoiseModel(0.0, noise_texture(problem.image).sigma ** 2)
    return estimate_noise(problem.image, channel_axis=problem.channel_axis)

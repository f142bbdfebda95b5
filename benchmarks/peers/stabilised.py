"""Denoisers for Gaussian noise, made to fit detector noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Problem
from napari_dip.restoration.noise import NoiseModel, estimate_noise
from napari_dip.restoration.noise_texture import NoiseTexture, noise_texture
from napari_dip.restoration.variance_stabilisation import invert, stabilise

Array = NDArray[np.float64]
GaussianDenoiser = Callable[[Array, NoiseTexture, int | None], Array]


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
    noise = _noise_model(problem)
    if not noise.variance(image.max()):
        return image
    stabilised = stabilise(image, noise)
    texture = _texture(stabilised, problem.channel_axis)
    estimate = denoiser(stabilised, texture, problem.channel_axis)
    return invert(estimate, noise, image)


def _noise_model(problem: Problem) -> NoiseModel:
    if problem.sigma is not None:
        return NoiseModel(0.0, problem.sigma**2)
    if problem.channel_axis is None:
        texture = noise_texture(problem.image)
        if not texture.independent:
            # How it depends on the signal cannot be told from such noise;
            # to take it for constant serves the peers better.
            return NoiseModel(0.0, texture.sigma**2)
    return estimate_noise(problem.image, channel_axis=problem.channel_axis)


def _texture(stabilised: Array, channel_axis: int | None) -> NoiseTexture:
    white = NoiseTexture(1.0, (0.0, 0.0), evenness=1.0)
    if channel_axis is not None:
        return white
    measured = noise_texture(stabilised)
    return white if measured.independent else measured

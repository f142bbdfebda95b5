"""Generalised Anscombe transform and its unbiased inverse.

Poisson-Gaussian noise of any strength becomes Gaussian noise of variance 1,
which is what BM3D and the other classical peers assume.  The inverse is the
closed-form approximation of the exact unbiased one: M. Makitalo, A. Foi,
"Optimal inversion of the generalized Anscombe transformation for
Poisson-Gaussian noise", IEEE Trans. Image Process. 22 (2013) 91-103.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.noise.variance import VarianceModel

Array = NDArray[np.float64]


def stabilise(image: ArrayLike, noise: VarianceModel) -> Array:
    """Map an image to a scale where its noise has variance 1.

    Parameters
    ----------
    image : array_like
        Detector counts in any linear unit.
    noise : VarianceModel
        Relation of mean and variance in the units of `image`.

    Returns
    -------
    ndarray
        Same shape.  Where the model gives no variance at all the transform
        is flat.
    """
    values = np.asarray(image, float)
    if _is_constant(noise):
        return values / _deviation(noise)
    photons = values / noise.gain + _dark_photons(noise)
    return 2 * np.sqrt(np.maximum(photons + 3 / 8, 0.0))


def invert(stabilised: ArrayLike, noise: VarianceModel) -> Array:
    """Bring a denoised, stabilised image back to the units of the data.

    Parameters
    ----------
    stabilised : array_like
        Estimate of the mean of ``stabilise(image, noise)``.
    noise : VarianceModel
        The model given to `stabilise`.
    """
    estimate = np.asarray(stabilised, float)
    if _is_constant(noise):
        return estimate * _deviation(noise)
    photons = _unbiased_inverse(estimate)
    return noise.gain * (photons - _dark_photons(noise))


def _unbiased_inverse(stabilised: Array) -> Array:
    # 2 sqrt(3/8) is the transform of no photon at all; the series diverges
    # below it.
    root = np.maximum(stabilised, 2 * np.sqrt(3 / 8))
    series = (
        root**2 / 4
        + np.sqrt(3 / 2) / 4 / root
        - 11 / 8 / root**2
        + 5 / 8 * np.sqrt(3 / 2) / root**3
        - 1 / 8
    )
    photons: Array = np.maximum(series, 0.0)
    return photons


def _is_constant(noise: VarianceModel) -> bool:
    """Whether a photon more is lost among those that read noise stands for."""
    return noise.gain**2 <= float(np.finfo(float).eps) * noise.read_variance


def _deviation(noise: VarianceModel) -> float:
    return float(np.sqrt(max(noise.read_variance, np.finfo(float).tiny)))


def _dark_photons(noise: VarianceModel) -> float:
    return noise.read_variance / noise.gain**2

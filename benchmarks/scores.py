"""Figures of merit of a restored image against its ground truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skimage.metrics import structural_similarity

Array = NDArray[np.float64]


def psnr(estimate: ArrayLike, truth: ArrayLike, data_range: float) -> float:
    """Peak signal-to-noise ratio in dB.

    Parameters
    ----------
    estimate, truth : array_like
        Images of one shape and unit.
    data_range : float
        Peak; 255 for sets that publish on the 8-bit scale.

    Returns
    -------
    float
        Infinite where both are equal.
    """
    difference = np.asarray(estimate, float) - np.asarray(truth, float)
    error = float(np.mean(difference**2))
    if error == 0:
        return float('inf')
    return float(10 * np.log10(data_range**2 / error))


def ssim(
    estimate: ArrayLike,
    truth: ArrayLike,
    data_range: float,
    *,
    channel_axis: int | None = None,
) -> float:
    """Structural similarity with the Gaussian window of the original paper.

    Z. Wang et al., "Image quality assessment: from error visibility to
    structural similarity", IEEE Trans. Image Process. 13 (2004) 600-612.
    """
    return float(
        structural_similarity(
            np.asarray(truth, float),
            np.asarray(estimate, float),
            data_range=data_range,
            channel_axis=channel_axis,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


def fit_affine(estimate: ArrayLike, truth: ArrayLike) -> Array:
    """The affine map of an estimate that is nearest to the truth.

    Least squares over all pixels of ``scale * estimate + offset``.  A
    constant estimate becomes the mean of the truth.
    """
    values = np.asarray(estimate, float)
    target = np.asarray(truth, float)
    centred = values - values.mean()
    power = np.mean(centred**2)
    scale = np.mean(centred * target) / power if power else 0.0
    return scale * centred + target.mean()


def scale_invariant_psnr(estimate: ArrayLike, truth: ArrayLike) -> float:
    """PSNR in dB after `fit_affine`, over the range of the truth.

    As M. Weigert et al., "Content-aware image restoration", Nat. Methods 15
    (2018) 1090-1097: blind to a wrong scale or offset, which microscopy
    pairs taken at different exposures have.
    """
    target = np.asarray(truth, float)
    return psnr(fit_affine(estimate, target), target, float(np.ptp(target)))

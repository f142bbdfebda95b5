"""Figures of merit of a restored image against its ground truth."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skimage.color import rgb2ycbcr
from skimage.metrics import structural_similarity

from benchmarks.cases import Image, Problem

Array = NDArray[np.float64]

_EIGHT_BIT = 255.0
_BORDER = 4


def psnr(estimate: ArrayLike, truth: ArrayLike, data_range: float) -> float:
    """Peak signal-to-noise ratio in dB; infinite where both are equal."""
    difference = np.asarray(estimate, float) - np.asarray(truth, float)
    error = float(np.mean(difference**2))
    if error == 0:
        return float('inf')
    return float(10 * np.log10(data_range**2 / error))


def ssim(
    estimate: ArrayLike, truth: ArrayLike, data_range: float, **options: Any
) -> float:
    """Structural similarity with the Gaussian window of the original paper.

    Z. Wang et al., IEEE Trans. Image Process. 13 (2004) 600-612.
    """
    options |= {'data_range': data_range, 'use_sample_covariance': False}
    images = np.asarray(truth, float), np.asarray(estimate, float)
    gaussian = {'gaussian_weights': True, 'sigma': 1.5}
    return float(structural_similarity(*images, **gaussian, **options))


def fit_affine(estimate: ArrayLike, truth: ArrayLike) -> Array:
    """The affine map of an estimate that is nearest to the truth."""
    values, target = np.asarray(estimate, float), np.asarray(truth, float)
    centred = values - values.mean()
    power = np.mean(centred**2)
    scale = np.mean(centred * target) / power if power else 0.0
    return scale * centred + target.mean()


def scale_invariant_psnr(estimate: ArrayLike, truth: ArrayLike) -> float:
    """PSNR after `fit_affine`, over the range of the truth.

    M. Weigert et al., Nat. Methods 15 (2018) 1090-1097.
    """
    target = np.asarray(truth, float)
    return psnr(fit_affine(estimate, target), target, float(np.ptp(target)))


@dataclass(frozen=True)
class Protocol:
    """How the results of a set are scored.

    The data range is the `peak` or else the range of the truth. First the
    result may be clipped to it (`clip`) or mapped to the truth (`fit`); of
    `luminance` it is the Y channel alone, a border of four pixels off.
    """

    peak: float | None = None
    clip: bool = False
    fit: bool = False
    luminance: bool = False
    scale_invariant: bool = True

    def __call__(self, estimate: Image, problem: Problem) -> dict[str, float]:
        """Figures of a result by name; none where there is no truth."""
        if problem.truth is None:
            return {}
        truth, axis = np.asarray(problem.truth, float), problem.channel_axis
        if self.clip:
            estimate = np.clip(estimate, 0, self.peak)
        if self.luminance:
            estimate = luminance_inside(estimate)
            truth, axis = luminance_inside(truth), None
        if self.fit:
            estimate = fit_affine(estimate, truth)
        peak = self.peak or float(np.ptp(truth))
        figures = {
            'psnr': psnr(estimate, truth, peak),
            'ssim': ssim(estimate, truth, peak, channel_axis=axis),
        }
        if self.scale_invariant:
            figures['si_psnr'] = scale_invariant_psnr(estimate, truth)
        if problem.mask is not None:
            hole = problem.mask
            figures['psnr_missing'] = psnr(estimate[hole], truth[hole], peak)
        return figures


#: Microscopy whose truth has the scale of the data, 8 bit or of a detector.
ABSOLUTE, DETECTOR = Protocol(_EIGHT_BIT), Protocol()
#: Pairs whose truth has a scale of its own.
FITTED_8BIT, FITTED = Protocol(_EIGHT_BIT, fit=True), Protocol(fit=True)
#: Photographs, clipped to the 8-bit scale; all channels, or as is usual for
#: super-resolution.
NATURAL = Protocol(_EIGHT_BIT, clip=True, scale_invariant=False)
LUMINANCE = replace(NATURAL, luminance=True)
#: Micrographs with missing pixels.
MISSING = Protocol(scale_invariant=False)


def luminance_inside(image: Image) -> Array:
    """Y of ITU-R BT.601, or a grey image, without a border of four pixels."""
    values = np.asarray(image, float)
    if values.ndim == 3:
        values = rgb2ycbcr(values / _EIGHT_BIT)[..., 0]
    return values[_BORDER:-_BORDER, _BORDER:-_BORDER]

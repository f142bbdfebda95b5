"""How each set is scored: range, clipping, borders, fitted scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.cases import Image, Problem
from benchmarks.scores import fit_affine, psnr, scale_invariant_psnr, ssim

_EIGHT_BIT = 255.0
_BORDER = 4


def absolute(estimate: Image, problem: Problem) -> dict[str, float]:
    """Microscopy whose truth has the scale of the data, range 255."""
    return _with_si_psnr(estimate, problem.truth, _EIGHT_BIT)


def fitted_8bit(estimate: Image, problem: Problem) -> dict[str, float]:
    """Pairs stretched apart: affine map to the truth first, range 255."""
    mapped = fit_affine(estimate, problem.truth)
    return _with_si_psnr(mapped, problem.truth, _EIGHT_BIT)


def fitted(estimate: Image, problem: Problem) -> dict[str, float]:
    """Affine map to the truth first, over the range of the truth."""
    mapped = fit_affine(estimate, problem.truth)
    return _with_si_psnr(mapped, problem.truth, _span(problem.truth))


def detector_units(estimate: Image, problem: Problem) -> dict[str, float]:
    """Truth in the units of the detector, over the range of the truth."""
    return _with_si_psnr(estimate, problem.truth, _span(problem.truth))


def natural(estimate: Image, problem: Problem) -> dict[str, float]:
    """Photographs on the 8-bit scale, clipped to it; all channels."""
    return _figures(
        np.clip(estimate, 0, _EIGHT_BIT),
        problem.truth,
        _EIGHT_BIT,
        channel_axis=problem.channel_axis,
    )


def missing_pixels(estimate: Image, problem: Problem) -> dict[str, float]:
    """Whole photograph, as published, and its missing pixels alone."""
    clipped = np.clip(estimate, 0, _EIGHT_BIT)
    hole = problem.mask
    inside = psnr(clipped[hole], problem.truth[hole], _EIGHT_BIT)
    return natural(estimate, problem) | {'psnr_missing': inside}


def missing_detector_units(
    estimate: Image, problem: Problem
) -> dict[str, float]:
    """Whole micrograph and its missing pixels, over the range of the truth."""
    span, hole = _span(problem.truth), problem.mask
    inside = psnr(estimate[hole], problem.truth[hole], span)
    figures = _figures(estimate, problem.truth, span)
    return figures | {'psnr_missing': inside}


def unscored(estimate: Image, problem: Problem) -> dict[str, float]:
    """No figures: there is no ground truth."""
    del estimate, problem
    return {}


def luminance(estimate: Image, problem: Problem) -> dict[str, float]:
    """Y channel with a border of four pixels off, as published."""
    values = [
        _inner(_to_luminance(np.clip(image, 0, _EIGHT_BIT)))
        for image in (estimate, problem.truth)
    ]
    return _figures(*values, _EIGHT_BIT)


def _inner(plane: Image) -> Image:
    return plane[_BORDER:-_BORDER, _BORDER:-_BORDER]


def _to_luminance(image: Image) -> Image:
    values = np.asarray(image, float)
    if values.ndim == 2:
        return values
    # ITU-R BT.601 with studio swing, as in the published evaluations.
    return 16 + values @ np.array([65.481, 128.553, 24.966]) / _EIGHT_BIT


def _with_si_psnr(
    estimate: Image, truth: Image, data_range: float
) -> dict[str, float]:
    figures = _figures(estimate, truth, data_range)
    return figures | {'si_psnr': scale_invariant_psnr(estimate, truth)}


def _figures(
    estimate: Image, truth: Image, data_range: float, **options: Any
) -> dict[str, float]:
    return {
        'psnr': psnr(estimate, truth, data_range),
        'ssim': ssim(estimate, truth, data_range, **options),
    }


def _span(image: Image) -> float:
    return float(np.ptp(np.asarray(image, float)))

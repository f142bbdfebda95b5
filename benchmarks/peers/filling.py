"""Classical peers for inpainting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from skimage.restoration import inpaint_biharmonic

from benchmarks.cases import Problem

Array = NDArray[np.float64]


def biharmonic(problem: Problem, seed: int) -> Array:
    """scikit-image's biharmonic equation, in the units of the image."""
    del seed
    image = np.asarray(problem.image, float)
    return inpaint_biharmonic(
        image, problem.mask, channel_axis=problem.channel_axis
    )


def linear(problem: Problem, seed: int) -> Array:
    """Linear interpolation over a triangulation of the known pixels."""
    del seed
    known = np.argwhere(~problem.mask)
    missing = np.argwhere(problem.mask)
    values = np.asarray(problem.image, float)[~problem.mask]
    result = np.array(problem.image, float)
    inside = LinearNDInterpolator(known, values)(missing)
    outside = NearestNDInterpolator(known, values)(missing)
    result[problem.mask] = np.where(np.isfinite(inside), inside, outside)
    return result

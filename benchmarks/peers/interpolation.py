"""Classical peers for inpainting and super-resolution."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from skimage.restoration import inpaint_biharmonic

from benchmarks.cases import Problem

Array = NDArray[np.float64]


def biharmonic(problem: Problem, seed: int) -> Array:
    """scikit-image's biharmonic equation, in the units of the image."""
    image = np.asarray(problem.image, float)
    return inpaint_biharmonic(
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


def bicubic(problem: Problem, seed: int) -> Array:
    """Pillow's bicubic interpolation with aligned pixel edges."""
    return _upsampled(problem, PillowImage.Resampling.BICUBIC)


def lanczos(problem: Problem, seed: int) -> Array:
    """Pillow's Lanczos interpolation with three lobes."""
    return _upsampled(problem, PillowImage.Resampling.LANCZOS)


def _upsampled(problem: Problem, method: PillowImage.Resampling) -> Array:
    image = np.asarray(problem.image, np.float32)
    size = tuple(problem.factor * n for n in reversed(image.shape[:2]))
    planes = [
        np.asarray(PillowImage.fromarray(plane).resize(size, method))
        for plane in np.moveaxis(np.atleast_3d(image), 2, 0)
    ]
    stacked = np.stack(planes, axis=2).astype(float)
    return stacked[..., 0] if image.ndim == 2 else stacked

"""What is restored and how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal['denoise', 'inpaint', 'super_resolve']
Image = NDArray[Any]


@dataclass(frozen=True)
class Problem:
    """A degraded image with everything a method may know, and its truth.

    Parameters
    ----------
    image : ndarray
        The degraded image, in the dtype of its file.
    truth : ndarray, optional
        What the result is compared with, in the units of `image` unless the
        protocol of the set fits them; None for images without one.
    channel_axis : int, optional
        Axis of the colour channels.
    mask : ndarray of bool, optional
        True where a pixel is missing (inpainting).
    factor : int, optional
        Enlargement (super-resolution).
    sigma : float, optional
        Standard deviation of the noise where the protocol of a set tells it
        to the peers; napari-dip is never told.
    """

    image: Image
    truth: Image | None = None
    channel_axis: int | None = None
    mask: NDArray[np.bool_] | None = None
    factor: int | None = None
    sigma: float | None = None


Score = Callable[[Image, Problem], dict[str, float]]


@dataclass(frozen=True)
class Case:
    """One row of a set: loaded when it is run, not when it is listed.

    Parameters
    ----------
    name : str
        Unique in its set.
    collection : str
        Name of the set.
    task : {'denoise', 'inpaint', 'super_resolve'}
        Function of napari_dip that solves it.
    load : callable
        Reads or makes the problem.
    score : callable
        Figures of a result, by name.
    group : str
        Part of the set with a mean of its own, such as ``'wide-field'``.
    licence : str
        Licence of the file; decides whether pictures may be published.
    quick : bool
        Small stand-in, run with ``--quick`` only.
    """

    name: str
    collection: str
    task: Task
    load: Callable[[], Problem] = field(repr=False)
    score: Score = field(repr=False)
    group: str = ''
    licence: str = ''
    quick: bool = False


def crop(problem: Problem, size: int) -> Problem:
    """Centre of a denoising or inpainting problem, `size` pixels a side."""
    rows, columns = problem.image.shape[:2]
    top, left = max(0, (rows - size) // 2), max(0, (columns - size) // 2)
    window = np.s_[top : top + size, left : left + size]
    return Problem(
        problem.image[window],
        None if problem.truth is None else problem.truth[window],
        channel_axis=problem.channel_axis,
        mask=None if problem.mask is None else problem.mask[window],
        sigma=problem.sigma,
    )


def task_arguments(problem: Problem) -> Mapping[str, Any]:
    """Arguments of the napari_dip function beside the image."""
    named = {
        'mask': problem.mask,
        'factor': problem.factor,
        'channel_axis': problem.channel_axis,
    }
    return {name: value for name, value in named.items() if value is not None}

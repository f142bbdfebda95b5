"""What is restored and how it is judged."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from benchmarks.datasets.sets import SETS, Task

Image = NDArray[Any]


@dataclass(frozen=True)
class Problem:
    """A degraded image, what a method may know of it, and its truth.

    The `mask` is True where a pixel is missing. `sigma` is the standard
    deviation of the noise where the protocol of a set tells it to the peers;
    napari-dip is never told.
    """

    image: Image
    truth: Image | None = None
    channel_axis: int | None = None
    mask: NDArray[np.bool_] | None = None
    factor: int | None = None
    sigma: float | None = None


@dataclass(frozen=True)
class Case:
    """One image of a set: loaded when it is run, not when it is listed.

    A `group` has a mean of its own. The `licence` decides whether pictures
    may be published. A `quick` case is a small crop, for ``--quick`` only.
    """

    name: str
    collection: str
    load: Callable[[], Problem] = field(repr=False)
    score: Callable[[Image, Problem], dict[str, float]] = field(repr=False)
    group: str = ''
    licence: str = ''
    quick: bool = False

    @property
    def task(self) -> Task:
        """Function of napari_dip that solves it."""
        return SETS[self.collection].task


def crop(problem: Problem, size: int) -> Problem:
    """Centre of a denoising or inpainting problem, `size` pixels a side."""
    rows, columns = problem.image.shape[:2]
    top, left = max(0, (rows - size) // 2), max(0, (columns - size) // 2)
    window = np.s_[top : top + size, left : left + size]
    names = ('image', 'truth', 'mask')
    parts = {name: getattr(problem, name) for name in names}
    cut = {n: part[window] for n, part in parts.items() if part is not None}
    return replace(problem, **cut)


def quick(case: Case, size: int) -> Case:
    """The centre of a case as a quick one."""
    load = partial(_load_centre, case, size)
    return replace(case, name=f'{case.name}-crop', load=load, quick=True)


def _load_centre(case: Case, size: int) -> Problem:
    return crop(case.load(), size)


def reduced(whole: Image, factor: int) -> Problem:
    """Super-resolution of an image that is reduced first.

    As in the deep image prior paper, with Pillow's Lanczos resampling (three
    lobes, widened by the factor, so anti-aliased), rounded, after a crop at
    the right and bottom edges to a multiple of the factor.
    """
    rows, columns = (n // factor for n in whole.shape[:2])
    truth = whole[: rows * factor, : columns * factor]
    # Pillow filters 16 bits in float only.
    kind = np.uint8 if truth.dtype == np.uint8 else np.float32
    picture = PillowImage.fromarray(truth.astype(kind))
    lanczos = PillowImage.Resampling.LANCZOS
    small = np.rint(np.asarray(picture.resize((columns, rows), lanczos)))
    limits = np.iinfo(truth.dtype)
    image = np.clip(small, limits.min, limits.max).astype(truth.dtype)
    axis = 2 if truth.ndim == 3 else None
    return Problem(image, truth, channel_axis=axis, factor=factor)

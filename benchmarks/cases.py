"""What is restored and how it is judged: sets, their cases, problems."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

Image = NDArray[Any]
Task = Literal['denoise', 'inpaint', 'super_resolve']


@dataclass(frozen=True)
class Set:
    """Words for its page, its cases, and published figures."""

    title: str
    task: Task
    load: str
    size: int
    protocol: str
    source: str = ''
    scored: bool = True
    watched: bool = True
    files: dict[str, str] = field(default_factory=dict)
    variants: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    crops: dict[str, int] = field(default_factory=dict)
    score: dict[str, str] = field(default_factory=lambda: {'': 'ABSOLUTE'})
    published: tuple[dict[str, Any], ...] = ()


_TEXT = (Path(__file__).parent / 'datasets/sets.toml').read_text('utf-8')
SETS = {name: Set(**about) for name, about in tomllib.loads(_TEXT).items()}


@dataclass(frozen=True)
class Problem:
    """A degraded image, what a method may know of it, and its truth.

    The `mask` is True where a pixel is missing. Some sets tell the peers, but
    never napari-dip, the standard deviation `sigma` of the noise.
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
    load: Callable[[], Problem]
    score: Callable[[Image, Problem], dict[str, float]]
    group: str = ''
    licence: str = ''
    quick: bool = False

    @property
    def task(self) -> Task:
        """Function of napari_dip that solves it."""
        return SETS[self.collection].task


def crop(problem: Problem, size: int) -> Problem:
    """Centre of a problem, `size` pixels a side, reduced anew if it is."""
    if problem.factor:
        whole = crop(Problem(problem.truth), size).image
        return reduced(whole, problem.factor)
    rows, columns = problem.image.shape[:2]
    top, left = max(0, (rows - size) // 2), max(0, (columns - size) // 2)
    window = np.s_[top : top + size, left : left + size]
    parts = {n: getattr(problem, n) for n in ('image', 'truth', 'mask')}
    cut = {n: part[window] for n, part in parts.items() if part is not None}
    return replace(problem, **cut)


def reduced(whole: Image, factor: int) -> Problem:
    """Super-resolution of an image that is reduced first, as in the paper.

    With Pillow's anti-aliased Lanczos resampling, rounded, after a crop at
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

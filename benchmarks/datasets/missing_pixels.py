"""Eleven grey photographs with half of the pixels missing at random.

The set of V. Papyan et al., "Convolutional dictionary learning via local
processing", ICCV 2017, used by the deep image prior paper; image and mask are
files, so every method sees the same holes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.cases import Case, Problem, crop
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import missing_pixels

NAME = 'missing-50'
_PREFIX = 'bernoulli_'
_MASK = '_mask50.png'
_QUICK = 'house'
_QUICK_SIZE = 192


def cases(data: Path) -> Iterator[Case]:
    """The photographs, then a crop of one."""
    folder = data / 'inpaint'
    names = sorted(
        path.name.removeprefix(_PREFIX).removesuffix(_MASK)
        for path in folder.glob(f'{_PREFIX}*{_MASK}')
    )
    for name in names:
        yield _case(folder, name)
    if _QUICK in names:
        yield _case(folder, _QUICK, quick=True)


def _case(folder: Path, name: str, *, quick: bool = False) -> Case:
    return Case(
        name=f'{name}-crop' if quick else name,
        collection=NAME,
        task='inpaint',
        load=partial(_load, folder, name, quick=quick),
        score=missing_pixels,
        licence=licences(folder)[f'{_PREFIX}{name}.png'],
        quick=quick,
    )


def _load(folder: Path, name: str, *, quick: bool) -> Problem:
    truth = read(folder / f'{_PREFIX}{name}.png')
    problem = masked_problem(truth, read(folder / f'{_PREFIX}{name}{_MASK}'))
    return crop(problem, _QUICK_SIZE) if quick else problem


def masked_problem(
    truth: np.ndarray, known: np.ndarray, channel_axis: int | None = None
) -> Problem:
    """Inpainting problem of a whole image and its mask of known pixels.

    The missing pixels are set to 0, so that nothing of the truth can leak
    through them.
    """
    missing = known == 0
    image = truth.copy()
    image[missing] = 0
    return Problem(image, truth, channel_axis=channel_axis, mask=missing)

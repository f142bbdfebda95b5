"""Set5, Set14 and a micrograph enlarged four or eight times.

The low-resolution image is made as in the deep image prior paper: Pillow's
Lanczos resampling (three lobes, widened by the factor, so anti-aliased) of the
8-bit image, rounded to 8 bit.  The high-resolution image is cropped at its
right and bottom edges to a multiple of the factor.  The
micrograph, a part of one channel, is reduced in the same way and rounded to
16 bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from benchmarks.cases import Case, Image, Problem
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import detector_units, luminance

_QUICK = {'set5': 'butterfly'}
_QUICK_SIZE = 160

MICROSCOPY = 'microscopy-x4'
_MICROGRAPH = 'cellpainting_cyx_u16.tif'
_MICROSCOPY_FACTOR = 4
# The part of one channel that cells fill best.
_PART = np.s_[:256, 150:406, 1]


def collection_name(folder: str, factor: int) -> str:
    """Name of the set for one folder and factor."""
    return f'{folder}-x{factor}'


def cases(data: Path, *, folder: str, factor: int) -> Iterator[Case]:
    """Photographs of one folder, enlarged by one factor."""
    for path in sorted((data / folder).glob('*.png')):
        yield _case(path, folder, factor)
        if path.stem == _QUICK.get(folder):
            yield _case(path, folder, factor, quick=True)


def microscopy_cases(data: Path) -> Iterator[Case]:
    """Stained cells, in counts."""
    path = data / 'microscopy' / _MICROGRAPH
    if path.exists():
        yield Case(
            name='cells',
            collection=MICROSCOPY,
            task='super_resolve',
            load=partial(_load_part, path),
            score=detector_units,
            licence=licences(path.parent)[path.name],
        )


def _case(
    path: Path, folder: str, factor: int, *, quick: bool = False
) -> Case:
    return Case(
        name=f'{path.stem}-crop' if quick else path.stem,
        collection=collection_name(folder, factor),
        task='super_resolve',
        load=partial(_load, path, factor, quick=quick),
        score=luminance,
        licence=licences(path.parent)[path.name],
        quick=quick,
    )


def _load(path: Path, factor: int, *, quick: bool) -> Problem:
    whole = read(path)
    return _reduced(_centre(whole) if quick else whole, factor)


def _centre(whole: Image) -> Image:
    rows, columns = (
        slice(max(0, (size - _QUICK_SIZE) // 2), (size + _QUICK_SIZE) // 2)
        for size in whole.shape[:2]
    )
    return whole[rows, columns]


def _load_part(path: Path) -> Problem:
    return _reduced(read(path)[_PART], _MICROSCOPY_FACTOR)


def _reduced(whole: Image, factor: int) -> Problem:
    rows, columns = (size - size % factor for size in whole.shape[:2])
    truth = whole[:rows, :columns]
    axis = 2 if truth.ndim == 3 else None
    return Problem(
        shrink(truth, factor), truth, channel_axis=axis, factor=factor
    )


def shrink(image: Image, factor: int) -> Image:
    """Anti-aliased reduction by an integer factor, dtype kept (see above)."""
    if image.dtype == np.uint8:
        return _resized(image, factor)
    # Pillow filters 16 bits in float only.
    reduced = np.rint(_resized(image.astype(np.float32), factor))
    limits = np.iinfo(image.dtype)
    return np.clip(reduced, limits.min, limits.max).astype(image.dtype)


def _resized(image: Image, factor: int) -> Image:
    rows, columns = (size // factor for size in image.shape[:2])
    picture = PillowImage.fromarray(image)
    lanczos = PillowImage.Resampling.LANCZOS
    return np.asarray(picture.resize((columns, rows), lanczos))

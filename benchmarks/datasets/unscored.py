"""Real images without ground truth: shown and timed, not scored.

A spinning-disk frame of Convallaria, atomic columns of SrTiO3 in a scanning
transmission electron microscope (about 1,000 counts on an offset of 33,000)
and a colour section of immunohistochemistry.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.cases import Case, Problem
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import unscored

NAME = 'unscored'
_FILES = {
    'convallaria': 'convallaria_u16.tif',
    'SrTiO3': 'em_stem_SrTiO3_u16.tif',
    'ihc': 'ihc_rgb.png',
}


def cases(data: Path) -> Iterator[Case]:
    """Those of the images that are in the folder."""
    folder = data / 'microscopy'
    for name, file in _FILES.items():
        if (folder / file).exists():
            yield Case(
                name=name,
                collection=NAME,
                task='denoise',
                load=partial(_load, folder / file),
                score=unscored,
                licence=licences(folder)[file],
            )


def _load(path: Path) -> Problem:
    image = read(path)
    return Problem(image, channel_axis=2 if image.ndim == 3 else None)

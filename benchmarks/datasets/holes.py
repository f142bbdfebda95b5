"""Text over a portrait and a large hole in a library, from the paper."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.cases import Case, Problem
from benchmarks.datasets.folder import licences, read
from benchmarks.datasets.missing_pixels import masked_problem
from benchmarks.protocols import missing_pixels

NAME = 'holes'
_GROUPS = {'kate': 'text', 'library': 'large hole'}


def cases(data: Path) -> Iterator[Case]:
    """The images whose files are intact under the mask."""
    folder = data / 'inpaint'
    for name, group in _GROUPS.items():
        if (folder / f'{name}.png').exists():
            yield Case(
                name=name,
                collection=NAME,
                task='inpaint',
                load=partial(_load, folder, name),
                score=missing_pixels,
                group=group,
                licence=licences(folder)[f'{name}.png'],
            )


def _load(folder: Path, name: str) -> Problem:
    truth = read(folder / f'{name}.png')
    known = read(folder / f'{name}_mask.png')
    return masked_problem(truth, known, channel_axis=2)

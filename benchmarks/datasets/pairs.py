"""Microscopy pairs whose truth has a scale of its own.

W2S: R. Zhou et al., "W2S: Microscopy data with joint denoising and
super-resolution for widefield to SIM mapping", ECCV Workshops 2020; noisy
frame and mean of 400 were stretched apart.  The others are a GigaDB sample
set, a nuclei time-lapse and fluorescence-lifetime intensities.  An affine map
to the truth is fitted before scoring.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.cases import Case, Problem, Score
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import fitted, fitted_8bit

W2S = 'w2s'
OTHERS = 'other-pairs'


def w2s_cases(data: Path) -> Iterator[Case]:
    """Fields and channels of W2S in the folder."""
    yield from _cases(data / 'microscopy', W2S, ('w2s_',), fitted_8bit)


def other_cases(data: Path) -> Iterator[Case]:
    """The remaining pairs: 8-bit display scale, 16-bit and float."""
    folder = data / 'microscopy'
    yield from _cases(folder, OTHERS, ('giga_',), fitted_8bit)
    yield from _cases(folder, OTHERS, ('flim_', 'nuclei_'), fitted)


def _cases(
    folder: Path, collection: str, prefixes: tuple[str, ...], score: Score
) -> Iterator[Case]:
    for noisy in sorted(folder.glob('*_noisy.*')):
        if noisy.name.startswith(prefixes):
            yield Case(
                name=noisy.stem.removesuffix('_noisy'),
                collection=collection,
                task='denoise',
                load=partial(_load, noisy),
                score=score,
                group=_group(noisy.name),
                licence=licences(folder)[noisy.name],
            )


def _group(name: str) -> str:
    parts = name.split('_')
    return parts[2] if parts[0] == 'w2s' else parts[0]


def _load(noisy: Path) -> Problem:
    truth = noisy.with_name(noisy.name.replace('_noisy', '_gt'))
    return Problem(read(noisy), read(truth))

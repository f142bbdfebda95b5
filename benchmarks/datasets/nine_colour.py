"""Nine colour photographs with Gaussian noise, as in the paper.

D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior", IJCV 128 (2020).
Noise of standard deviation 25 or 50 is added and clipped and rounded to
8 bit.  The peers are told the standard deviation, as published; napari-dip is
not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks.cases import Case, Problem, crop
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import natural

_QUICK = 'House'
_QUICK_SIZE = 192


def collection_name(sigma: int) -> str:
    """Name of the set for one standard deviation."""
    return f'nine-colour-{sigma}'


def cases(data: Path, *, sigma: int) -> Iterator[Case]:
    """The photographs with noise of one standard deviation."""
    folder = data / 'denoise_color'
    for path in sorted(folder.glob('*.png')):
        yield _case(path, sigma)
    if (folder / f'{_QUICK}.png').exists():
        yield _case(folder / f'{_QUICK}.png', sigma, quick=True)


def _case(path: Path, sigma: int, *, quick: bool = False) -> Case:
    return Case(
        name=f'{path.stem}-crop' if quick else path.stem,
        collection=collection_name(sigma),
        task='denoise',
        load=partial(_load, path, sigma, quick=quick),
        score=natural,
        licence=licences(path.parent)[path.name],
        quick=quick,
    )


def _load(path: Path, sigma: int, *, quick: bool) -> Problem:
    truth = read(path)
    # A seed for each file, so that no two share a noise field.
    generator = np.random.default_rng([sigma, crc32(path.stem.encode())])
    noisy = truth + generator.normal(0, sigma, truth.shape)
    image = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    problem = Problem(image, truth, channel_axis=2, sigma=float(sigma))
    return crop(problem, _QUICK_SIZE) if quick else problem

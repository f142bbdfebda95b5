"""Grey photographs with Gaussian noise, the first twelve of BSD68.

S. Roth, M. J. Black, "Fields of Experts", IJCV 82 (2009), chose them from the
Berkeley segmentation data.  Noise of standard deviation 25 is added and
neither clipped nor rounded, as is usual for this set.  The peers are told the
standard deviation; napari-dip is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks.cases import Case, Problem
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import natural

NAME = 'bsd68-25'
_SIGMA = 25.0


def cases(data: Path) -> Iterator[Case]:
    """The photographs that are there."""
    folder = data / 'bsd68'
    for path in sorted(folder.glob('*.png')):
        yield Case(
            name=path.stem,
            collection=NAME,
            task='denoise',
            load=partial(_load, path),
            score=natural,
            licence=licences(folder)[path.name],
        )


def _load(path: Path) -> Problem:
    truth = read(path)
    # A seed for each file, so that no two share a noise field.
    generator = np.random.default_rng(crc32(path.stem.encode()))
    noisy = truth + generator.normal(0, _SIGMA, truth.shape)
    return Problem(noisy.astype(np.float32), truth, sigma=_SIGMA)

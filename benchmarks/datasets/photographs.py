"""Photographs with Gaussian noise, and reduced ones for super-resolution.

The peers are told the standard deviation of the noise.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks.cases import Case, Problem, crop, quick, reduced
from benchmarks.datasets.folder import licence, read
from benchmarks.scores import LUMINANCE, NATURAL


def colour_cases(data: Path, *, sigma: int) -> Iterator[Case]:
    """The colour photographs, and a crop of one."""
    for path in sorted((data / 'denoise_color').glob('*.png')):
        name, load = f'nine-colour-{sigma}', partial(_load_colour, path, sigma)
        case = Case(path.stem, name, load, NATURAL, '', licence(path))
        yield from [case, quick(case, 192)][: 1 + (case.name == 'House')]


def grey_cases(data: Path) -> Iterator[Case]:
    """The grey photographs."""
    for path in sorted((data / 'bsd68').glob('*.png')):
        load, terms = partial(_load_grey, path), licence(path)
        yield Case(path.stem, 'bsd68-25', load, NATURAL, '', terms)


def reduced_cases(data: Path, *, folder: str, factor: int) -> Iterator[Case]:
    """Photographs of one folder, and a crop of one."""
    for path in sorted((data / folder).glob('*.png')):
        name, load = (
            f'{folder}-x{factor}',
            partial(_load_reduced, path, factor),
        )
        case = Case(path.stem, name, load, LUMINANCE, '', licence(path))
        yield case
        if (folder, path.stem) == ('set5', 'butterfly'):
            load = partial(_load_reduced, path, factor, size=160)
            small = f'{case.name}-crop'
            yield replace(case, name=small, load=load, quick=True)


# A seed for each file, so that no two share a noise field.
def _load_colour(path: Path, sigma: int) -> Problem:
    truth = read(path)
    generator = np.random.default_rng([sigma, crc32(path.stem.encode())])
    noisy = truth + generator.normal(0, sigma, truth.shape)
    image = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return Problem(image, truth, channel_axis=2, sigma=float(sigma))


def _load_grey(path: Path) -> Problem:
    truth = read(path)
    generator = np.random.default_rng(crc32(path.stem.encode()))
    noisy = truth + generator.normal(0, 25.0, truth.shape)
    return Problem(noisy.astype(np.float32), truth, sigma=25.0)


def _load_reduced(path: Path, factor: int, size: int | None = None) -> Problem:
    whole = Problem(read(path))
    return reduced((crop(whole, size) if size else whole).image, factor)

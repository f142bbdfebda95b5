"""Micrographs as they are, photographs in noise, and both reduced.

The peers are told the standard deviation of the noise, which has a seed for
each file, so that no two share a noise field.
"""

from pathlib import Path
from zlib import crc32

import numpy as np
from skimage.io import imread

from benchmarks.cases import Problem, crop, reduced


def colour(path: Path, sigma: int) -> Problem:
    """Noise in all channels, clipped and rounded."""
    truth = imread(path)
    generator = np.random.default_rng([sigma, crc32(path.stem.encode())])
    noisy = truth + generator.normal(0, sigma, truth.shape)
    image = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return Problem(image, truth, channel_axis=2, sigma=float(sigma))


def grey(path: Path) -> Problem:
    """Noise that is neither clipped nor rounded."""
    truth = imread(path)
    generator = np.random.default_rng(crc32(path.stem.encode()))
    noisy = truth + generator.normal(0, 25.0, truth.shape)
    return Problem(noisy.astype(np.float32), truth, sigma=25.0)


def reduce(path: Path, factor: int) -> Problem:
    """A photograph that is reduced."""
    return reduced(imread(path), factor)


def single(path: Path, truth: Path | None = None) -> Problem:
    """Image of a file, in colour if it has three axes, and its truth."""
    image = imread(path)
    axis = 2 if image.ndim == 3 else None
    return Problem(image, truth and imread(truth), channel_axis=axis)


def pair(path: Path, size: int | None = None) -> Problem:
    """NAME_noisy, of several NAME_1_noisy, and NAME_gt, or raw/ and gt/."""
    name = path.stem.removesuffix('_noisy').removesuffix('_1')
    truth = path.with_name(f'{name}_gt{path.suffix}')
    if path.parent.name == 'raw':
        truth = path.parents[1] / 'gt' / path.name
    problem = single(path, truth)
    return crop(problem, size) if size else problem


def reduced_cells(path: Path) -> Problem:
    """Stained cells, in counts: where they fill one channel best."""
    return reduced(imread(path)[:256, 150:406, 1], 4)

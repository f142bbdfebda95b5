"""Photographs with Gaussian noise, and reduced ones for super-resolution.

The peers are told the standard deviation of the noise. It has a seed for each
file, so that no two share a noise field.
"""

from pathlib import Path
from zlib import crc32

import numpy as np
from skimage.io import imread

from benchmarks.cases import Problem, reduced


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

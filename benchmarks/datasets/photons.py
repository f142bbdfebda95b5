"""Synthetic fluorescence, and frames that were processed after exposure."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter, median_filter, shift, zoom
from skimage.io import imread

from benchmarks.cases import Problem, crop

Array = NDArray[Any]

_GAIN, OFFSET, _READ_NOISE = 2.2, 100.0, 1.6
_SIZE = 256
_CELLS, _FILAMENTS = 9, 40

_PHOTONS, _WHITE = 20, 255

_STEPS: dict[str, Callable[[Array], Array]] = {
    'shifted': partial(shift, shift=0.5, order=1, mode='nearest'),
    'smoothed': partial(gaussian_filter, sigma=1),
    'median': partial(median_filter, size=3),
    'enlarged': partial(zoom, zoom=2, order=1, mode='nearest', grid_mode=True),
}


def detect(peak: int) -> Problem:
    """The drawn cells on the detector."""
    return expose(draw_cells(_SIZE), peak, seed=peak)


def count(peak: float) -> Problem:
    """Single photons of the drawn cells."""
    light = draw_cells(_SIZE) * peak
    generator = np.random.default_rng(round(1000 * peak))
    return Problem(generator.poisson(light).astype(np.uint16), light)


def drown(noise: float) -> Problem:
    """The drawn cells in read noise."""
    light = draw_cells(_SIZE)
    generator = np.random.default_rng(round(1000 * noise))
    image = light + generator.normal(0, noise, light.shape)
    return Problem(image.astype(np.float32), light)


def expose(scene: Array, peak: float, *, seed: int) -> Problem:
    """Detector image of a scene of 0 to 1, of `peak` photons where it is 1."""
    generator = np.random.default_rng(seed)
    photons = generator.poisson(scene * peak)
    electrons = photons + generator.normal(0, _READ_NOISE, scene.shape)
    counts = np.rint(_GAIN * electrons + OFFSET)
    image = np.clip(counts, 0, np.iinfo(np.uint16).max).astype(np.uint16)
    return Problem(image, _GAIN * scene * peak + OFFSET)


def draw_cells(size: int, seed: int = 0) -> Array:
    """Brightness of a drawn field of cells, 0 to 1, band-limited."""
    generator = np.random.default_rng(seed)
    scene = np.full((size, size), 0.02)
    rows, columns = np.mgrid[:size, :size]

    def disc(centre: Array, radius: float, softness: float) -> Array:
        distance = np.hypot(rows - centre[0], columns - centre[1])
        return 0.5 - 0.5 * np.tanh((distance - radius) / softness)

    for _ in range(_CELLS):
        centre = generator.uniform(0, size, 2)
        scene += 0.15 * disc(centre, generator.uniform(25, 45), 6)
        nucleus = disc(centre, generator.uniform(9, 16), 1.5)
        texture = gaussian_filter(generator.normal(size=(size, size)), 2)
        bright = np.clip(1 + 0.3 * texture / texture.std(), 0, None)
        scene += 0.5 * nucleus * bright
    for _ in range(_FILAMENTS):
        steps = np.arange(int(size * generator.uniform(0.2, 0.6)))
        bend = generator.normal(0, 0.004)
        angle = generator.uniform(0, 2 * np.pi) + bend * steps
        moves = np.cumsum([np.sin(angle), np.cos(angle)], axis=1)
        path = np.rint(generator.uniform(0, size, (2, 1)) + moves).astype(int)
        inside = ((path >= 0) & (path < size)).all(axis=0)
        filament = np.zeros((size, size))
        filament[tuple(path[:, inside])] = 1
        scene += 0.35 * filament
    blurred = gaussian_filter(scene, 0.9)
    return blurred / blurred.max()


def process(path: Path, name: str) -> Problem:
    """A frame of few photons after one step."""
    light = crop(Problem(imread(path)), _SIZE).image.astype(float)
    generator = np.random.default_rng(0)
    noisy = generator.poisson(light * _PHOTONS / _WHITE) * _WHITE / _PHOTONS
    if name in _STEPS:
        step = _STEPS[name]
        return Problem(step(noisy).astype(np.float32), step(light))
    return Problem(compress(noisy, int(name.removeprefix('jpeg-'))), light)


def compress(image: Array, quality: int) -> Array:
    """Keep a grey or colour image as a JPEG file does."""
    pixels = np.clip(np.rint(image), 0, _WHITE).astype(np.uint8)
    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, 'JPEG', quality=quality)
    return np.asarray(PillowImage.open(file))

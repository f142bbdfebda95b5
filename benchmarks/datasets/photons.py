"""Synthetic fluorescence from 5 to 500 photons, in detector units, and less.

A drawn field of cells (soft cytoplasm, textured nuclei, filaments) is counted
by a detector: Poisson arrivals, gain, Gaussian read noise, offset, 16-bit
rounding.  The truth is the expected count.  From 0.3 to 3 photons it is a
detector that counts single ones: nothing but arrivals.  Faint fields lie in
read noise up to twice their greatest brightness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks.cases import Case, Problem, crop
from benchmarks.protocols import detector_units

NAME = 'poisson-gaussian'
FEW = 'few-photons'
FAINT = 'faint'
_PEAKS = (5, 15, 50, 150, 500)
_FEW_PEAKS = (0.3, 1, 3)
_FAINT_NOISES = (0.5, 1, 2)
_QUICK_PEAK = 50
_GAIN = 2.2
_OFFSET = 100.0
_READ_NOISE = 1.6
_SIZE = 256
_QUICK_SIZE = 192
_CELLS = 9
_FILAMENTS = 40


def cases(data: Path) -> Iterator[Case]:
    """One case for each peak number of photons; needs no files."""
    del data
    for peak in _PEAKS:
        yield _case(NAME, f'peak-{peak}', partial(_load, peak))
    yield _case(
        NAME,
        f'peak-{_QUICK_PEAK}-crop',
        partial(_load_crop, _QUICK_PEAK),
        quick=True,
    )


def few_cases(data: Path) -> Iterator[Case]:
    """One case for each peak number of single photons; needs no files."""
    del data
    for peak in _FEW_PEAKS:
        yield _case(FEW, f'peak-{peak}', partial(_count, peak))


def _count(peak: float) -> Problem:
    light = draw_cells(_SIZE) * peak
    generator = np.random.default_rng(round(1000 * peak))
    return Problem(generator.poisson(light).astype(np.uint16), light)


def faint_cases(data: Path) -> Iterator[Case]:
    """One case for each strength of read noise; needs no files."""
    del data
    for noise in _FAINT_NOISES:
        yield _case(FAINT, f'noise-{noise}', partial(_drown, noise))


def _drown(noise: float) -> Problem:
    light = draw_cells(_SIZE)
    generator = np.random.default_rng(round(1000 * noise))
    image = light + generator.normal(0, noise, light.shape)
    return Problem(image.astype(np.float32), light)


def _case(
    collection: str,
    name: str,
    load: Callable[[], Problem],
    *,
    quick: bool = False,
) -> Case:
    return Case(
        name=name,
        collection=collection,
        task='denoise',
        load=load,
        score=detector_units,
        licence='generated',
        quick=quick,
    )


def _load(peak: int) -> Problem:
    return expose(draw_cells(_SIZE), peak, seed=peak)


def _load_crop(peak: int) -> Problem:
    return crop(_load(peak), _QUICK_SIZE)


def expose(scene: NDArray[np.float64], peak: float, *, seed: int) -> Problem:
    """Detector image of a scene.

    Parameters
    ----------
    scene : (M, N) ndarray
        Relative brightness, 0 to 1.
    peak : float
        Expected photons where the scene is 1.
    seed : int
        Of photons and read noise.
    """
    generator = np.random.default_rng(seed)
    photons = generator.poisson(scene * peak)
    read = generator.normal(0, _READ_NOISE, scene.shape)
    counts = np.rint(_GAIN * (photons + read) + _OFFSET)
    image = np.clip(counts, 0, np.iinfo(np.uint16).max).astype(np.uint16)
    return Problem(image, _GAIN * scene * peak + _OFFSET)


def draw_cells(size: int, seed: int = 0) -> NDArray[np.float64]:
    """Brightness of a drawn field of cells, 0 to 1, band-limited."""
    generator = np.random.default_rng(seed)
    scene = np.full((size, size), 0.02)
    for _ in range(_CELLS):
        centre = generator.uniform(0, size, 2)
        scene += 0.15 * _disc(size, centre, generator.uniform(25, 45), 6)
        nucleus = _disc(size, centre, generator.uniform(9, 16), 1.5)
        scene += 0.5 * nucleus * _texture(size, generator)
    for _ in range(_FILAMENTS):
        scene += 0.35 * _filament(size, generator)
    blurred = gaussian_filter(scene, 0.9)
    return blurred / blurred.max()


def _disc(
    size: int, centre: NDArray[np.float64], radius: float, softness: float
) -> NDArray[np.float64]:
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - centre[0], columns - centre[1])
    return 0.5 - 0.5 * np.tanh((distance - radius) / softness)


def _texture(size: int, generator: np.random.Generator) -> NDArray[np.float64]:
    grain = gaussian_filter(generator.normal(size=(size, size)), 2)
    return np.clip(1 + 0.3 * grain / grain.std(), 0, None)


def _filament(
    size: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    steps = np.arange(int(size * generator.uniform(0.2, 0.6)))
    bend = generator.normal(0, 0.004)
    angle = generator.uniform(0, 2 * np.pi) + bend * steps
    path = generator.uniform(0, size, (2, 1)) + np.cumsum(
        [np.sin(angle), np.cos(angle)], axis=1
    )
    image = np.zeros((size, size))
    rows, columns = np.rint(path).astype(int)
    inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    image[rows[inside], columns[inside]] = 1
    return image

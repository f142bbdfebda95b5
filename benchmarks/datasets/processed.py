"""Frames that were moved, smoothed, enlarged or compressed after exposure.

Ground truths of FMD scenes as light, 20 photons at the peak and nothing but
arrivals, then one step of what is done to images before they are denoised.
The truth is the light after the same step, but of JPEG as it was.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, median_filter, shift, zoom

from benchmarks.cases import Case, Problem, crop
from benchmarks.datasets.folder import licences, read
from benchmarks.protocols import absolute

NAME = 'processed'
_SCENES = ('Confocal_BPAE_R', 'TwoPhoton_BPAE_R')
_PHOTONS = 20
_WHITE = 255
_SIZE = 256

Plane = NDArray[np.float64]

_STEPS: dict[str, Callable[[Plane], Plane]] = {
    'shifted': partial(shift, shift=0.5, order=1, mode='nearest'),
    'smoothed': partial(gaussian_filter, sigma=1),
    'median': partial(median_filter, size=3),
    'enlarged': partial(zoom, zoom=2, order=1, mode='nearest', grid_mode=True),
}
_QUALITIES = (75, 50)


def cases(data: Path) -> Iterator[Case]:
    """Each scene after each step."""
    folder = data / 'microscopy'
    for scene in _SCENES:
        file = f'fmd_{scene}_gt.png'
        if (folder / file).exists():
            yield from _cases(folder, scene, licences(folder)[file])


def _cases(folder: Path, scene: str, licence: str) -> Iterator[Case]:
    names = [*_STEPS, *(f'jpeg-{quality}' for quality in _QUALITIES)]
    for name in names:
        yield Case(
            name=f'{scene}_{name}',
            collection=NAME,
            task='denoise',
            load=partial(_load, folder, scene, name),
            score=absolute,
            group=name,
            licence=licence,
        )


def _load(folder: Path, scene: str, name: str) -> Problem:
    whole = Problem(read(folder / f'fmd_{scene}_gt.png'))
    light = crop(whole, _SIZE).image.astype(float)
    generator = np.random.default_rng(0)
    noisy = generator.poisson(light * _PHOTONS / _WHITE) * _WHITE / _PHOTONS
    if name in _STEPS:
        step = _STEPS[name]
        return Problem(step(noisy).astype(np.float32), step(light))
    return Problem(compress(noisy, int(name.removeprefix('jpeg-'))), light)


def compress(image: Plane, quality: int) -> NDArray[np.uint8]:
    """Keep a grey or colour image as a JPEG file does."""
    pixels = np.clip(np.rint(image), 0, _WHITE).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, 'JPEG', quality=quality)
    return np.asarray(Image.open(file))

"""One network for a series, beside every plane by itself."""

import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift
from tifffile import imread

from benchmarks.cases import Problem
from benchmarks.datasets.photons import OFFSET, expose
from benchmarks.results import Record
from benchmarks.runner import Job
from benchmarks.scores import psnr

Array = NDArray[Any]

_PEAKS = (5, 20, 100)
_SHAPE = (16, 96, 96)
# Every so many planes, one is fitted by itself too.
_EVERY = 4
# The plane that is blank, and the one that is too bright.
_ODD = (5, 11)
_SOURCES = {
    'cells in time': 'cell_migration_tyx_u16.tif',
    'membranes in time': 'membrane_timelapse_tyx_u16.tif',
    'brain in depth': 'brain_zyx_u16.tif',
    'nuclei in depth': 'stardist_img3d_zyx_u16.tif',
    'beads in depth': 'beads_zyx_u8.tif',
}


def _jump(scene: Array) -> Array:
    return np.concatenate([scene[:8], scene[8:, ::-1].swapaxes(1, 2)])


def _bleach(scene: Array) -> Array:
    return scene * np.linspace(1, 0.3, len(scene))[:, None, None]


def _drift(scene: Array) -> Array:
    how = {'order': 1, 'mode': 'reflect'}
    return np.stack([shift(p, 1.5 * i, **how) for i, p in enumerate(scene)])


def _odd(scene: Array) -> Array:
    light = np.ones((len(scene), 1, 1))
    light[list(_ODD), 0, 0] = 0, 20
    return scene * light


#: What else may happen to a series.
CHANGES: dict[str, Callable[[Array], Array]] = {
    'jump': _jump,
    'bleach': _bleach,
    'drift': _drift,
    'odd': _odd,
}


def jobs(
    data: Path, only: Sequence[str], presets: Sequence[str], device: str
) -> list[Job]:
    """Each series at each light, and two of them changed."""
    wanted = [*product(_SOURCES, _PEAKS, [''])]
    wanted += product([*_SOURCES][0:3:2], [20], CHANGES)
    found = []
    for (name, peak, change), preset in product(wanted, presets):
        case = f'{name}, peak {peak}' + (f', {change}' if change else '')
        path = data / 'microscopy' / _SOURCES[name]
        if path.exists() and any(text in case for text in only or ['']):
            names = 'series', case, preset
            given = path, peak, change, preset, device
            found.append(Job('series', names, measure, given))
    return found


def load(path: Path, peak: float, change: str) -> Problem:
    """Series of an acquisition, with the noise of so many photons."""
    whole = imread(path).astype(float)
    edges = [
        max(0, n - m) // 2 for n, m in zip(whole.shape, _SHAPE, strict=True)
    ]
    centre = tuple(map(slice, edges, np.add(edges, _SHAPE)))
    low, high = np.quantile(whole, [0.01, 0.999])
    scene = np.clip((whole[centre] - low) / (high - low), 0, None)
    if change:
        scene = CHANGES[change](scene)
    problem = expose(scene, peak, seed=round(peak))
    # A detector ends somewhere.
    both = problem.image, problem.truth
    return Problem(*(np.minimum(one, OFFSET + 8 * peak) for one in both))


def measure(
    path: Path, peak: float, change: str, preset: str, device: str
) -> Record:
    """Restore a series, and every n-th of its planes by itself."""
    import napari_dip

    problem = load(path, peak, change)
    image, options = problem.image, {'preset': preset, 'device': device}
    last = len(image) - 1
    odd = _ODD if change == 'odd' else ()
    chosen = sorted({*range(0, last, _EVERY), last, *odd})
    spent = [time.process_time()]
    together = napari_dip.denoise(image, fit='series', axes='TYX', **options)
    spent.append(time.process_time())
    alone = [napari_dip.denoise(image[i], **options) for i in chosen]
    spent.append(time.process_time())
    figures = compare(together, alone, chosen, problem)
    seconds = np.diff(spent) / [len(image), len(chosen)]
    figures |= {'seconds': seconds[0], 'seconds_alone': seconds[1]}
    return {'figures': figures, 'device': device}


def compare(
    together: Array, alone: list[Array], chosen: list[int], problem: Problem
) -> dict[str, Any]:
    """Figures of a series; brightness is that above the offset."""
    truth, data = np.asarray(problem.truth, float), problem.image
    span = float(np.ptp(truth))
    ours, theirs = (
        [psnr(*pair, span) for pair in zip(planes, truth[chosen], strict=True)]
        for planes in (together[chosen], alone)
    )
    gains = np.subtract(ours, theirs)
    one, each, given, true = (
        np.mean(planes, axis=(1, 2), dtype=float)
        for planes in (together, alone, data, truth)
    )
    light = np.maximum(given - OFFSET, 0.01 * np.max(given - OFFSET))
    off = np.abs(one - given) / light
    off_alone = np.abs(each - given[chosen]) / light[chosen]
    flicker = [np.diff(mean - true).std() for mean in (one, given)]
    return {
        'psnr': float(np.mean(ours)),
        'alone': float(np.mean(theirs)),
        'gain': float(gains.mean()),
        'worst': float(gains.min()),
        'gains': [round(float(g), 3) for g in gains],
        'brightness': float(off.max()),
        'brightness_alone': float(off_alone.max()),
        'flicker': float(flicker[0] / flicker[1]),
    }

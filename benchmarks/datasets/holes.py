"""Text over a portrait, a large hole in a library, a scratched micrograph.

The first two are those of the deep image prior paper.  The third is one frame
of a time-lapse of cell membranes with a drawn scratch: two strokes across the
frame, the wider one of eleven pixels, with a blob beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from benchmarks.cases import Case, Problem
from benchmarks.datasets.folder import licences, read
from benchmarks.datasets.missing_pixels import masked_problem
from benchmarks.protocols import missing_detector_units, missing_pixels

NAME = 'holes'
_GROUPS = {'kate': 'text', 'library': 'large hole'}
_MEMBRANES = 'membrane_timelapse_tyx_u16.tif'

# Start, middle and end as fractions of the shape, then the radius in pixels.
_STROKES = (
    ((0.05, 0.12), (0.45, 0.60), (0.97, 0.80), 5.0),
    ((0.88, 0.05), (0.62, 0.45), (0.20, 0.95), 2.0),
    ((0.60, 0.58), (0.61, 0.59), (0.62, 0.60), 12.0),
)


def cases(data: Path) -> Iterator[Case]:
    """The images whose files are intact under the mask."""
    folder = data / 'inpaint'
    for name, group in _GROUPS.items():
        if (folder / f'{name}.png').exists():
            yield Case(
                name=name,
                collection=NAME,
                task='inpaint',
                load=partial(_load, folder, name),
                score=missing_pixels,
                group=group,
                licence=licences(folder)[f'{name}.png'],
            )

    if (data / 'microscopy' / _MEMBRANES).exists():
        yield _scratch(data / 'microscopy')


def _scratch(folder: Path) -> Case:
    return Case(
        name='scratch',
        collection=NAME,
        task='inpaint',
        load=partial(_load_scratched, folder / _MEMBRANES),
        score=missing_detector_units,
        group='scratch',
        licence=licences(folder)[_MEMBRANES],
    )


def _load_scratched(path: Path) -> Problem:
    truth = read(path)[0]
    return masked_problem(truth, ~draw_scratch(truth.shape))


def draw_scratch(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Mask of the scratch, True on it, the same for every run.

    Each stroke is a quadratic Bezier curve with a round pen.
    """
    pixels = np.indices(shape).reshape(2, -1).T
    scratch = np.zeros(len(pixels), bool)
    for *points, radius in _STROKES:
        # Steps of at most a pixel: closer than the thinnest pen is wide.
        line = shape * _curve(*points, steps=2 * max(shape))
        scratch |= KDTree(line).query(pixels)[0] < radius + 0.5
    return scratch.reshape(shape)


def _curve(
    start: tuple[float, float],
    middle: tuple[float, float],
    end: tuple[float, float],
    *,
    steps: int,
) -> NDArray[np.float64]:
    t = np.linspace(0, 1, steps)[:, None]
    first, second, third = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return first * start + second * middle + third * end


def _load(folder: Path, name: str) -> Problem:
    truth = read(folder / f'{name}.png')
    known = read(folder / f'{name}_mask.png')
    return masked_problem(truth, known, channel_axis=2)

"""Images with missing pixels: scattered ones, text, a hole, a scratch."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from benchmarks.cases import Case, Image, Problem, quick
from benchmarks.datasets.folder import licence, read
from benchmarks.scores import MISSING, NATURAL

_PREFIX, _MASK = 'bernoulli_', '_mask50.png'
_GROUPS = {'kate': 'text', 'library': 'large hole'}
# Start, middle and end as fractions of the shape, then the radius in pixels.
_STROKES = (
    ((0.05, 0.12), (0.45, 0.60), (0.97, 0.80), 5.0),
    ((0.88, 0.05), (0.62, 0.45), (0.20, 0.95), 2.0),
    ((0.60, 0.58), (0.61, 0.59), (0.62, 0.60), 12.0),
)


def scattered_cases(data: Path) -> Iterator[Case]:
    """Half of the pixels missing, and a crop of one photograph."""
    for mask in sorted((data / 'inpaint').glob(f'{_PREFIX}*{_MASK}')):
        path = mask.with_name(mask.name.replace(_MASK, '.png'))
        name, load = (
            path.stem.removeprefix(_PREFIX),
            partial(_load, path, mask),
        )
        case = Case(name, 'missing-50', load, NATURAL, '', licence(path))
        yield from [case, quick(case, 192)][: 1 + (name == 'house')]


def cases(data: Path) -> Iterator[Case]:
    """Text, a large hole and a scratch."""
    for name, group in _GROUPS.items():
        path = data / 'inpaint' / f'{name}.png'
        if path.exists():
            load = partial(_load, path, path.with_name(f'{name}_mask.png'), 2)
            yield Case(name, 'holes', load, NATURAL, group, licence(path))
    path = data / 'microscopy' / 'membrane_timelapse_tyx_u16.tif'
    if path.exists():
        load, terms = partial(_load_scratched, path), licence(path)
        yield Case('scratch', 'holes', load, MISSING, 'scratch', terms)


def _load(path: Path, mask: Path, channel_axis: int | None = None) -> Problem:
    return _masked(read(path), read(mask) == 0, channel_axis)


def _load_scratched(path: Path) -> Problem:
    truth = read(path)[0]
    return _masked(truth, draw_scratch(truth.shape))


def _masked(truth: Image, missing: Image, axis: int | None = None) -> Problem:
    # Missing pixels are 0, so that nothing of the truth leaks through them.
    image = truth.copy()
    image[missing] = 0
    return Problem(image, truth, channel_axis=axis, mask=missing)


def draw_scratch(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mask of the scratch, True on it: Bezier curves with a round pen."""
    pixels = np.indices(shape).reshape(2, -1).T
    scratch = np.zeros(len(pixels), bool)
    # Steps of at most a pixel: closer than the thinnest pen is wide.
    t = np.linspace(0, 1, 2 * max(shape))[:, None]
    for start, middle, end, radius in _STROKES:
        first, second, third = (1 - t) ** 2, 2 * t * (1 - t), t**2
        curve = first * start + second * middle + third * end
        near = KDTree(shape * curve).query(pixels)[0]
        scratch |= near < radius + 0.5
    return scratch.reshape(shape)

"""Before and after, as small pictures for the documentation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter, uniform_filter

from benchmarks.cases import Case, Image, Problem
from benchmarks.engine import Watch
from benchmarks.methods import methods_for
from benchmarks.quality import kept

_FREE = ('CC-BY', 'CC0', 'generated', 'no known copyright restrictions')
_OPEN = ('Apache-2.0', 'BSD', 'MIT', *_FREE)
_DOUBTS = ('contacted', 'authors of images not stated')

# Bytes, height of a panel, side of the enlarged part, space between panels.
_LIMIT, _HEIGHT, _ZOOM, _GAP = 300_000, 384, 96, 6
# Holes: a colour that no grey micrograph has.
_HOLE = np.array([230, 97, 0], np.uint8)


def publishable(terms: str) -> bool:
    """Whether a licence allows pictures in the documentation."""
    return terms.startswith(_OPEN) and not any(d in terms for d in _DOUBTS)


def write_picture(
    case: Case,
    method: str,
    device: str,
    output: Path,
    keep: Path | None = None,
) -> Path | None:
    """Show input, result and truth of a case side by side.

    Below each stands the part with most detail, enlarged without smoothing.
    A result in the folder `keep` is not made again. The picture is a JPEG
    below 300 kB; there is none where the licence allows none.
    """
    if not publishable(case.licence):
        return None
    problem = case.load()
    stored = keep and kept(keep, case, method, 0)
    if stored and stored.exists():
        estimate = np.load(stored)
    else:
        (solver,) = methods_for(case.task, [method])
        estimate = solver.solve(problem, Watch(), 0, device)[0]
    path = output / picture_name(case.collection, case.name, method)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = compose(problem, estimate)
    for quality in range(90, 20, -10):
        picture.save(path, quality=quality, optimize=True, subsampling=0)
        if path.stat().st_size < _LIMIT:
            break
    return path


def picture_name(collection: str, case: str, method: str) -> str:
    """File name of the picture of a case."""
    return f'{collection}-{case}-{method}.jpg'


def compose(problem: Problem, estimate: Image) -> PillowImage.Image:
    """Panels of input, result and, where there is one, truth."""
    known = estimate if problem.truth is None else problem.truth
    low, high = np.quantile(np.asarray(known, float), (0.001, 0.999))
    factor = problem.factor or 1
    shown = []
    for image in (problem.image, estimate, problem.truth):
        if image is not None:
            repeats = factor if image is problem.image else 1
            large = image.repeat(repeats, 0).repeat(repeats, 1)
            scaled = (large.astype(float) - low) / ((high - low) or 1.0)
            grey = np.rint(255 * np.clip(scaled, 0, 1)).astype(np.uint8)
            shown.append(np.atleast_3d(grey) + np.zeros(3, np.uint8))
    if problem.mask is not None:
        shown[0][problem.mask] = _HOLE
    window = _window(np.asarray(known, float), problem.mask)
    width = _width(shown[0].shape)
    white = np.full((_GAP, width, 3), 255, np.uint8)
    panels = []
    for image in shown:
        whole = _resized(image, width, PillowImage.Resampling.BICUBIC)
        part = _resized(image[window], width, PillowImage.Resampling.NEAREST)
        panels.append(np.vstack([whole, white, part]))
        panels.append(np.full((len(panels[-1]), _GAP, 3), 255, np.uint8))
    return PillowImage.fromarray(np.hstack(panels[:-1]))


def _window(image: Image, mask: Image | None) -> tuple[slice, slice]:
    """Part with most detail, and most of it missing where there is a mask.

    It has the proportions of the panel, so that pixels stay square.
    """
    grey = image.mean(axis=2) if image.ndim == 3 else image
    rows, columns = grey.shape
    across = min(_ZOOM, columns, rows)
    down = min(rows, max(1, round(across * _HEIGHT / _width(grey.shape))))
    size = (down, across)
    # Neither noise nor the slow change of the background is detail.
    band = gaussian_filter(grey, 1.5) - gaussian_filter(grey, 4)
    detail = uniform_filter(band**2, size)
    if mask is not None:
        detail = detail * uniform_filter(mask.astype(float), size)
    # Windows that lie inside the image alone.
    inner = detail[
        down // 2 : rows - (down - 1) // 2,
        across // 2 : columns - (across - 1) // 2,
    ]
    top, left = np.unravel_index(np.argmax(inner), inner.shape)
    return np.s_[top : top + down, left : left + across]


def _width(shape: tuple[int, ...]) -> int:
    return max(1, round(shape[1] * _HEIGHT / shape[0]))


def _resized(
    image: Image, width: int, method: PillowImage.Resampling
) -> Image:
    picture = PillowImage.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize((width, _HEIGHT), method))

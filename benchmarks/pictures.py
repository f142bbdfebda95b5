"""Before and after, as small pictures for the documentation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter, uniform_filter

from benchmarks import kept
from benchmarks.cases import Case, Image, Problem
from benchmarks.datasets.folder import publishable
from benchmarks.methods import find_method
from benchmarks.trajectory import Watch

_LIMIT = 300_000
_HEIGHT = 384
_ZOOM = 96
_GAP = 6
# Holes: a colour that no grey micrograph has.
_HOLE = np.array([230, 97, 0], np.uint8)


def write_picture(
    case: Case,
    method: str,
    *,
    device: str,
    output: Path,
    results: Path | None = None,
) -> Path | None:
    """Show input, result and truth of a case side by side.

    Below each stands the part with most detail, enlarged without smoothing.

    Parameters
    ----------
    case : Case
        What is shown.
    method : str
        Whose result, at seed 0.
    device : str
        Where it runs, if it has to.
    output : Path
        Folder of the picture.
    results : Path, optional
        Folder of kept results; one that is there is not made again.

    Returns
    -------
    Path or None
        JPEG below 300 kB; None where the licence allows no picture.
    """
    if not publishable(case.licence):
        return None
    problem = case.load()
    estimate = _result(case, problem, method, device, results)
    output.mkdir(parents=True, exist_ok=True)
    path = output / picture_name(case.collection, case.name, method)
    save_small(compose(problem, estimate), path)
    return path


def picture_name(collection: str, case: str, method: str) -> str:
    """File name of the picture of a case."""
    return f'{collection}-{case}-{method}.jpg'


def _result(
    case: Case,
    problem: Problem,
    method: str,
    device: str,
    results: Path | None,
) -> Image:
    stored = results and kept.path(results, case, method, 0)
    if stored and stored.exists():
        return np.load(stored)
    solve = find_method(case.task, method).solve
    return solve(problem, 0, device, Watch())[0]


def compose(problem: Problem, estimate: Image) -> PillowImage.Image:
    """Panels of input, result and, where there is one, truth."""
    known = estimate if problem.truth is None else problem.truth
    low, high = np.quantile(np.asarray(known, float), (0.001, 0.999))
    images = [_enlarged_input(problem), estimate]
    if problem.truth is not None:
        images.append(problem.truth)
    shown = [_to_8bit(image, low, high) for image in images]
    if problem.mask is not None:
        shown[0][problem.mask] = _HOLE
    window = _window(np.asarray(known, float), problem.mask)
    return PillowImage.fromarray(_side_by_side(shown, window))


def _side_by_side(
    shown: list[Image], window: tuple[slice, slice]
) -> np.ndarray:
    shape = shown[0].shape[:2]
    columns = [
        np.vstack([_fit(image, shape), _gap(shape), _cut(image, window)])
        for image in shown
    ]
    spacer = np.full((columns[0].shape[0], _GAP, 3), 255, np.uint8)
    row = [part for column in columns for part in (column, spacer)][:-1]
    return np.hstack(row)


def _enlarged_input(problem: Problem) -> Image:
    if problem.factor is None:
        return problem.image
    rows = np.repeat(problem.image, problem.factor, axis=0)
    return np.repeat(rows, problem.factor, axis=1)


def _to_8bit(image: Image, low: float, high: float) -> Image:
    scaled = (np.asarray(image, float) - low) / ((high - low) or 1.0)
    grey = np.rint(255 * np.clip(scaled, 0, 1)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2) if grey.ndim == 2 else grey


def _fit(image: Image, shape: tuple[int, int]) -> Image:
    filtering = PillowImage.Resampling.BICUBIC
    return _resized(image, _panel(shape), filtering)


def _cut(image: Image, window: tuple[slice, slice]) -> Image:
    nearest = PillowImage.Resampling.NEAREST
    return _resized(image[window], _panel(image.shape[:2]), nearest)


def _window(
    image: Image, mask: np.ndarray | None = None
) -> tuple[slice, slice]:
    """Part with most detail, and most of it missing where there is a mask.

    It has the proportions of the panel, so that pixels stay square.
    """
    grey = image.mean(axis=2) if image.ndim == 3 else image
    rows, columns = grey.shape
    height, width = _panel(grey.shape)
    across = min(_ZOOM, columns, rows)
    down = min(rows, max(1, round(across * height / width)))
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


def _panel(shape: tuple[int, ...]) -> tuple[int, int]:
    return _HEIGHT, max(1, round(shape[1] * _HEIGHT / shape[0]))


def _gap(shape: tuple[int, int]) -> Image:
    return np.full((_GAP, _panel(shape)[1], 3), 255, np.uint8)


def _resized(
    image: Image, shape: tuple[int, int], method: PillowImage.Resampling
) -> Image:
    height, width = shape
    picture = PillowImage.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize((width, height), method))


def save_small(picture: PillowImage.Image, path: Path) -> None:
    """Save a JPEG, at lower quality until it is below 300 kB."""
    for quality in range(90, 20, -10):
        picture.save(path, quality=quality, optimize=True, subsampling=0)
        if path.stat().st_size < _LIMIT:
            return

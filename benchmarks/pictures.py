"""Before and after, as small pictures for the documentation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from benchmarks.cases import Case, Image, Problem
from benchmarks.datasets.folder import publishable
from benchmarks.methods import find_method

_LIMIT = 300_000
_HEIGHT = 384
_ZOOM = 96
_GAP = 6


def write_picture(
    case: Case, method: str, *, device: str, output: Path
) -> Path | None:
    """Restore a case and show input, result and truth side by side.

    Below each stands a crop of the middle, enlarged without smoothing.

    Returns
    -------
    Path or None
        JPEG below 300 kB; None where the licence allows no picture.
    """
    if not publishable(case.licence):
        return None
    problem = case.load()
    solver = find_method(case.task, method)
    estimate, _ = solver.solve(problem, 0, device)
    output.mkdir(parents=True, exist_ok=True)
    path = output / f'{case.collection}-{case.name}-{method}.jpg'
    save_small(compose(problem, estimate), path)
    return path


def compose(problem: Problem, estimate: Image) -> PillowImage.Image:
    """Panels of input, result and truth, whole and enlarged."""
    images = [_shown_input(problem), estimate, problem.truth]
    low, high = np.quantile(np.asarray(problem.truth, float), (0.001, 0.999))
    shown = [_to_8bit(image, low, high) for image in images]
    shape = problem.truth.shape[:2]
    columns = [
        np.vstack([_fit(image, shape), _gap(shape), _middle(image, shape)])
        for image in shown
    ]
    spacer = np.full((columns[0].shape[0], _GAP, 3), 255, np.uint8)
    row = [part for column in columns for part in (column, spacer)][:-1]
    return PillowImage.fromarray(np.hstack(row))


def _shown_input(problem: Problem) -> Image:
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


def _middle(image: Image, shape: tuple[int, int]) -> Image:
    rows, columns = shape
    height, width = _panel(shape)
    across = min(_ZOOM, columns, rows)
    down = max(1, round(across * height / width))
    top, left = (rows - down) // 2, (columns - across) // 2
    cut = image[max(0, top) : top + down, left : left + across]
    nearest = PillowImage.Resampling.NEAREST
    return _resized(cut, (height, width), nearest)


def _panel(shape: tuple[int, int]) -> tuple[int, int]:
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
        picture.save(path, quality=quality, optimize=True)
        if path.stat().st_size < _LIMIT:
            return

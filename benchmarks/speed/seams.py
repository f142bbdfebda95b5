"""Whether a result that was made in tiles shows their borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter

from benchmarks.scores import psnr

#: Greatest photons of the texture.
PEAK = 60.0

_NEAR = 2
_STEP = 32
_SHOWN = 96


@dataclass(frozen=True)
class Borders:
    """Where borders between tiles run, along rows and columns alike.

    Parameters
    ----------
    first : int
        Pixels before the first border.
    pitch : int
        Pixels from one to the next.
    """

    first: int
    pitch: int

    @classmethod
    def of_tiles(cls, tiles: Sequence[Sequence[int]]) -> Borders:
        """Take the middles of the overlaps of square, even tiles."""
        tops = sorted({tile[0] for tile in tiles})
        return cls((tops[1] + tiles[0][2]) // 2, tops[1])

    def edges(self, length: int) -> range:
        """Borders along an axis; lines that lie alike fit after each."""
        return range(self.first, length - self.pitch + 1, self.pitch)


def texture(side: int) -> NDArray[np.float64]:
    """A field that is everywhere alike: expected photons of each pixel."""
    noise = np.random.default_rng(0).standard_normal((side, side), np.float32)
    grain = gaussian_filter(noise, 3, mode='wrap')
    photons = 15 * np.exp(0.6 * grain / grain.std())
    return np.clip(photons, 0, PEAK).astype(float)


def seam(
    result: NDArray[Any],
    truth: NDArray[Any],
    borders: Borders,
    judged: NDArray[np.bool_] | None = None,
    whole: NDArray[Any] | None = None,
) -> dict[str, float]:
    """PSNR within two pixels of a border between tiles, and elsewhere.

    Elsewhere is along lines that lie as the borders do, but between them;
    the spread over many such sets of lines says what is chance. Only `judged`
    pixels count. With a result that was made as a `whole`, all of it is what
    tiles gain over that: some lines are harder than others for both.

    A border that is seen is a step: how much the error changes from one pixel
    to the next across it, in terms of how much it does across other lines.
    """

    def along(offset: int) -> float:
        lines = _lines(truth.shape, borders, offset)
        if judged is not None:
            lines &= judged
        reached = psnr(result[lines], truth[lines], PEAK)
        if whole is None:
            return reached
        return reached - psnr(whole[lines], truth[lines], PEAK)

    offsets = range(_STEP, borders.pitch, _STEP)
    others = [along(n) for n in offsets]
    error = result - truth
    steps = [_step(error, borders, n, judged) for n in (0, *offsets)]
    return {
        'along': along(0),
        'elsewhere': float(np.mean(others)),
        'spread': float(np.std(others)),
        'step': steps[0] / float(np.mean(steps[1:])),
    }


def _step(
    error: NDArray[Any],
    borders: Borders,
    offset: int,
    judged: NDArray[np.bool_] | None,
) -> float:
    """Root mean square of the change of the error across lines."""
    changes = []
    for axis in (0, 1):
        edges = np.array(borders.edges(error.shape[axis])) + offset
        change = np.diff(error, axis=axis).take(edges - 1, axis)
        if judged is not None:
            pairs = judged.take(edges - 1, axis) & judged.take(edges, axis)
            change = change[pairs]
        changes.append(change.ravel())
    return float(np.sqrt(np.mean(np.concatenate(changes) ** 2)))


def _lines(
    shape: tuple[int, ...], borders: Borders, offset: int
) -> NDArray[np.bool_]:
    """Lines four pixels wide, a tile apart."""
    lines = np.zeros(shape, bool)
    for axis, length in enumerate(shape):
        for edge in borders.edges(length):
            near = np.s_[edge + offset - _NEAR : edge + offset + _NEAR]
            lines[near if axis == 0 else (slice(None), near)] = True
    return lines


def show(
    result: NDArray[Any],
    truth: NDArray[Any],
    border: int,
    path: Path,
    noisy: NDArray[Any] | None = None,
) -> None:
    """Where four tiles meet: noisy, if it is, result, and its error enlarged.

    That of a denoised one ten times, of others, which is larger, three times.
    """
    middle = np.s_[border - _SHOWN : border + _SHOWN]
    seen, true = result[middle, middle], truth[middle, middle]
    error = seen - true
    if noisy is None:
        parts = [seen, 3 * error + PEAK / 2]
    else:
        parts = [noisy[middle, middle], seen, 10 * error + PEAK / 2]
    grey = (255 * np.clip(np.hstack(parts) / PEAK, 0, 1)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix('.draft.png')
    PillowImage.fromarray(grey).resize(
        (2 * grey.shape[1], 2 * grey.shape[0]), PillowImage.Resampling.NEAREST
    ).save(draft)
    draft.replace(path)

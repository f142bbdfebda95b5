"""Whether a result that was made in tiles shows their borders."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter

from benchmarks.scores import psnr

Array = NDArray[Any]
#: Pixels before the first border along each axis, and from one to the next.
Borders = tuple[int, int]
#: Greatest photons of the texture.
PEAK = 60.0
_NEAR, _STEP, _SHOWN = 2, 32, 96


def texture(side: int) -> NDArray[np.float64]:
    """A field that is everywhere alike: expected photons of each pixel."""
    noise = np.random.default_rng(0).standard_normal((side, side), np.float32)
    blobs = gaussian_filter(noise, 3, mode='wrap')
    photons = 15 * np.exp(0.6 * blobs / blobs.std())
    return np.clip(photons, 0, PEAK).astype(float)


def borders_of(tiles: Sequence[Sequence[int]]) -> Borders:
    """Borders in the middles of the overlaps of square, even tiles."""
    tops = sorted({tile[0] for tile in tiles})
    return (tops[1] + tiles[0][2]) // 2, tops[1]


def seam(
    result: Array,
    truth: Array,
    borders: Borders,
    judged: NDArray[np.bool_] | None = None,
    whole: Array | None = None,
) -> dict[str, float]:
    """PSNR within two pixels of a border between tiles, and elsewhere.

    Elsewhere is along lines that lie alike between borders, whose spread is
    chance. Only `judged` pixels count. With a result made as a `whole`, all
    is what tiles gain over it: some lines are harder than others for both.
    The step is how much the error changes across a border, by other lines.
    """
    first, pitch = borders
    counted = np.ones(truth.shape, bool) if judged is None else judged
    decibels, steps = [], []
    for offset in range(0, pitch, _STEP):
        lines, changes = np.zeros(truth.shape, bool), []
        for axis, length in enumerate(truth.shape):
            # Lines that lie alike fit after each border.
            at = np.arange(first, length - pitch + 1, pitch) + offset
            for edge in at:
                lines.swapaxes(0, axis)[edge - _NEAR : edge + _NEAR] = True
            pairs = counted.take(at - 1, axis) & counted.take(at, axis)
            jumps = np.diff(result - truth, axis=axis)
            changes.append(jumps.take(at - 1, axis)[pairs])
        lines &= counted
        decibels.append(psnr(result[lines], truth[lines], PEAK))
        if whole is not None:
            decibels[-1] -= psnr(whole[lines], truth[lines], PEAK)
        steps.append(np.sqrt(np.mean(np.concatenate(changes) ** 2)))
    along, elsewhere = decibels[0], float(np.mean(decibels[1:]))
    return {
        'along': along,
        'elsewhere': elsewhere,
        'difference': along - elsewhere,
        'spread': float(np.std(decibels[1:])),
        'step': float(steps[0] / np.mean(steps[1:])),
    }


def show(
    result: Array, truth: Array, border: int, path: Path, noisy: Any = None
) -> None:
    """Where four tiles meet: noisy, if it is, result, ten or three errors."""
    middle = np.s_[border - _SHOWN : border + _SHOWN]
    error = (3 if noisy is None else 10) * (result - truth) + PEAK / 2
    shown = [one for one in (noisy, result, error) if one is not None]
    parts = np.hstack([one[middle, middle] for one in shown])
    grey = (255 * np.clip(parts / PEAK, 0, 1)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    PillowImage.fromarray(grey.repeat(2, 0).repeat(2, 1)).save(path)


def missing(kind: str, side: int) -> NDArray[np.bool_]:
    """Pixels that are missing, by which a filled texture is judged."""
    if kind == 'scattered':
        return np.random.default_rng(1).random((side, side)) < 0.5
    # Oblique, so that as many cross each line that is looked along.
    pixels = np.arange(side)
    return np.add.outer(pixels, pixels) % 40 < 8

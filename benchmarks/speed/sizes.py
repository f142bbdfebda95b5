"""Time and memory of large images, and whether tiles leave a seam."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter

from benchmarks.scores import psnr
from benchmarks.speed.clock import seconds
from benchmarks.speed.forecasts import tell
from benchmarks.speed.iterations import start
from benchmarks.speed.names import SIZES
from benchmarks.speed.watch import MemoryWatch
from napari_dip.restoration.denoising import start_denoising
from napari_dip.restoration.prepare import Options
from napari_dip.restoration.session import Session

_TILE = 512
_NEAR = 2
_STEP = 32
_PEAK = 60.0
_SHOWN = 96


def measure(name: str, device: str, pictures: Path) -> dict[str, Any]:
    """Seconds and peak memory; of a large denoised image its seams too."""
    kind, preset, side = SIZES[name]
    # Libraries load what they need before the memory is looked at.
    warm = start('denoise', 'fast', 64, device)
    next(warm)
    warm.close()
    if kind != 'denoise':
        return _few_iterations(kind, preset, side, device)
    return _denoise(preset, side, device, pictures)


def _few_iterations(
    kind: str, preset: str, side: int, device: str
) -> dict[str, Any]:
    """Memory of a fit of the whole image is that of its first iterations."""
    with MemoryWatch(device) as memory:
        session = start(kind, preset, side, device)
        for _ in range(3):
            next(session)
        session.result()
        session.close()
    return {'memory': memory.grown, 'total_memory': memory.peak}


def _denoise(
    preset: str, side: int, device: str, pictures: Path
) -> dict[str, Any]:
    truth = texture(side)
    noisy = np.random.default_rng(1).poisson(truth).astype(np.uint16)
    told = tell('denoise', preset, side, device)
    with MemoryWatch(device) as memory:
        begin = seconds(device)
        session = start_denoising(
            noisy, options=Options(preset=preset, device=device)
        )
        result = _finish(session)
        taken = seconds(device) - begin
        done = session.progress
    figures: dict[str, Any] = {
        'seconds': taken,
        'forecast': told.seconds,
        'iterations': [done.iteration, done.num_iter],
        'memory': memory.grown,
        'memory_forecast': told.memory,
        'total_memory': memory.peak,
        'psnr': psnr(result, truth, _PEAK),
    }
    if side > _TILE:
        figures['seam'] = seam(result, truth)
        if side == 2 * _TILE:
            _show(noisy, result, truth, pictures / 'tiles.png')
    return figures


def _finish(session: Session) -> NDArray[np.float32]:
    for _ in session:
        pass
    result = session.result()
    session.close()
    return result


def texture(side: int) -> NDArray[np.float64]:
    """A field that is everywhere alike: expected photons of each pixel."""
    noise = np.random.default_rng(0).standard_normal((side, side), np.float32)
    grain = gaussian_filter(noise, 3, mode='wrap')
    photons = 15 * np.exp(0.6 * grain / grain.std())
    return np.clip(photons, 0, _PEAK).astype(float)


def seam(result: NDArray[Any], truth: NDArray[Any]) -> dict[str, float]:
    """PSNR within two pixels of a border between tiles, and elsewhere.

    Elsewhere is along lines that lie as the borders do, but between them;
    the spread over many such sets of lines says what is chance.
    """

    def along(offset: int) -> float:
        lines = _lines(truth.shape, offset)
        return psnr(result[lines], truth[lines], _PEAK)

    others = [along(n) for n in range(_STEP, _TILE, _STEP)]
    return {
        'along': along(0),
        'elsewhere': float(np.mean(others)),
        'spread': float(np.std(others)),
    }


def _lines(shape: tuple[int, ...], offset: int) -> NDArray[np.bool_]:
    """Lines four pixels wide, a tile apart."""
    lines = np.zeros(shape, bool)
    for axis, length in enumerate(shape):
        for edge in range(_TILE, length - _TILE + 1, _TILE):
            near = np.s_[edge + offset - _NEAR : edge + offset + _NEAR]
            lines[near if axis == 0 else (slice(None), near)] = True
    return lines


def _show(
    noisy: NDArray[Any],
    result: NDArray[Any],
    truth: NDArray[Any],
    path: Path,
) -> None:
    """Where four tiles meet: noisy, result, ten times its error."""
    middle = np.s_[_TILE - _SHOWN : _TILE + _SHOWN]
    parts = [image[middle, middle] for image in (noisy, result, truth)]
    error = 10 * (parts[1] - parts[2]) + _PEAK / 2
    panels = np.hstack([parts[0], parts[1], error]) / _PEAK
    grey = (255 * np.clip(panels, 0, 1)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix('.draft.png')
    PillowImage.fromarray(grey).resize(
        (2 * grey.shape[1], 2 * grey.shape[0]), PillowImage.Resampling.NEAREST
    ).save(draft)
    draft.replace(path)

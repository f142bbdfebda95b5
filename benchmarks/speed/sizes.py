"""Time and memory of large images, and whether tiles leave a seam."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scores import psnr
from benchmarks.speed import tiles
from benchmarks.speed.clock import seconds
from benchmarks.speed.forecasts import compare, tell
from benchmarks.speed.iterations import start
from benchmarks.speed.names import IN_TILES, SIZES
from benchmarks.speed.seams import PEAK, Borders, seam, show, texture
from benchmarks.speed.watch import MemoryWatch
from napari_dip.presets.options import Options
from napari_dip.session.run import run
from napari_dip.tasks.denoise import start_denoising

# Iterations of each tile of an inpainted image: enough for time and memory.
_FEW = 8
# The sweep's.
_TILE = 512


def measure(name: str, device: str, pictures: Path) -> dict[str, Any]:
    """Seconds and peak memory; of a large denoised image its seams too."""
    kind, preset, side = SIZES[name]
    # Libraries load what they need before the memory is looked at.
    warm = start('denoise', 'fast', 64, device)
    next(warm)
    warm.close()
    if kind == 'denoise':
        return _denoise(preset, side, device, pictures)
    if IN_TILES in name:
        return tiles.in_tiles(kind, preset, side, device, pictures)
    # An enlargement learns from as many windows whatever the size, so that
    # only a whole call tells how the two grow together.
    few = None if kind == 'enlarge' else _FEW
    return compare(kind, preset, side, device, max_num_iter=few)


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
        result = run(session)
        taken = seconds(device) - begin
        done = session.progress
    figures: dict[str, Any] = {
        'seconds': taken,
        'forecast': told.seconds,
        'iterations': [done.iteration, done.num_iter],
        'memory': memory.grown,
        'memory_forecast': told.memory,
        'total_memory': memory.peak,
        'psnr': psnr(result, truth, PEAK),
    }
    if side > _TILE:
        figures['seam'] = seam(result, truth, Borders(_TILE, _TILE))
        if side == 2 * _TILE:
            show(result, truth, _TILE, pictures / 'tiles.png', noisy)
    return figures

"""Large images that are fitted in tiles: their cost, and their seams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scores import psnr
from benchmarks.speed.clock import seconds
from benchmarks.speed.seams import PEAK, Borders, seam, show, texture
from benchmarks.speed.watch import MemoryWatch
from napari_dip.presets.options import Options
from napari_dip.session.run import run
from napari_dip.tasks.inpaint import start_inpainting

_TILE = 384


def in_tiles(
    kind: str, preset: str, side: int, device: str, pictures: Path
) -> dict[str, Any]:
    """Seams of small tiles, beside the same image fitted at once."""
    truth = texture(side)
    missing = _missing(kind, side)
    known = np.where(missing, 0, truth)
    with MemoryWatch(device) as memory:
        begin = seconds(device)
        options = Options(preset, device=device, tile=_TILE)
        session = start_inpainting(known, missing, options=options)
        result, record = run(session, return_info=True)
        taken = seconds(device) - begin
    done = session.progress
    options = Options(preset, device=device, tile=side)
    whole = run(start_inpainting(known, missing, options=options))
    borders = Borders.of_tiles(record.tiles)
    show(result, truth, borders.first, pictures / f'tiles-{kind}.png')
    return {
        'seconds': taken,
        'iterations': [done.iteration, done.num_iter],
        'memory': memory.grown,
        'total_memory': memory.peak,
        'psnr': psnr(result[missing], truth[missing], PEAK),
        'psnr_at_once': psnr(whole[missing], truth[missing], PEAK),
        'seam': seam(result, truth, borders, missing),
        'seam_beside_whole': seam(result, truth, borders, missing, whole),
    }


def _missing(kind: str, side: int) -> NDArray[np.bool_]:
    """Pixels that are missing, by which the result is judged."""
    if kind == 'scattered':
        return np.random.default_rng(1).random((side, side)) < 0.5
    # Oblique, so that as many cross each line that is looked along.
    pixels = np.arange(side)
    return np.add.outer(pixels, pixels) % 40 < 8

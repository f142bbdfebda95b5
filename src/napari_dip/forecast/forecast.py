"""What a restoration will take: its operations, by the machine's speed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip.device.choice import device_description, free_memory
from napari_dip.forecast.tile_size import TRAINING, bytes_of_pixel, tile_side
from napari_dip.forecast.work import measure_speed, seen, work_of
from napari_dip.grid.regions import Region, Shape
from napari_dip.grid.tiled_inference import largest_window
from napari_dip.grid.tiles import lay_tiles, trim, trim_all
from napari_dip.presets.settings import Settings

# Bytes a pixel and channel of what is beside the network: data, estimates, the
# last steps; and what libraries take, and last steps, which go by tiles.
_BESIDE = 100
_ONCE = 128 * 2**20


@dataclass(frozen=True)
class Forecast:
    """Seconds and bytes that a restoration takes at most, and where.

    A preview takes its seconds besides.
    """

    seconds: float
    preview: float
    memory: int
    free_memory: int
    device: str
    description: str


def forecast_fits(
    settings: Settings,
    shape: Shape,
    channels: int,
    device: torch.device,
    *,
    factors: tuple[int, int],
    missing: NDArray[np.bool_] | None = None,
    trims: bool = False,
    uncertainty: bool = False,
) -> Forecast:
    """Count the operations and time a few iterations of the network.

    Parameters
    ----------
    settings, channels, device, uncertainty
        What is fitted, how and where.
    shape, factors
        Shape of the image, and how much larger the result is.
    missing : (C, M, N) ndarray of bool, optional
        True where a pixel is missing; tiles without any are left out.
    trims : bool
        Whether only the part with all of these is fitted.
    """
    full: Shape = tuple(n * by for n, by in zip(shape, factors, strict=True))
    whole = Region.whole(full)
    needed = whole
    if missing is not None and trims:
        needed = trim(whole, missing, full, factors) or whole
    tiles = [needed]
    side = tile_side(needed.shape, channels, settings, device)
    if side is not None:
        tiles = lay_tiles(whole, factors, side)
    if side is not None and missing is not None:
        tiles = trim_all(tiles, missing, full, factors)
    fits = [(settings, tile.shape) for tile in tiles]
    if settings.second is not None:
        fits.append((settings.second, full))
    seconds = preview = memory = 0.0
    for how, size in fits:
        size = tuple(n // how.binning or 1 for n in size)
        work = work_of(how, size, channels, factors)
        images, threads = seen(how, size), torch.get_num_threads()
        speed = measure_speed(how, channels, device, images, threads)
        again = work.uncertainty * (uncertainty and how is settings)
        seconds += (work.all + again) * speed
        preview = max(preview, work.sweep * speed)
        pixels = TRAINING * math.prod(images)
        if work.sweep:
            pixels = max(pixels, largest_window(size))
        layers = pixels * bytes_of_pixel(channels, how, device)
        memory = max(memory, layers)
    return Forecast(
        seconds,
        preview,
        int(_ONCE + _BESIDE * channels * math.prod(full) + memory),
        free_memory(device),
        str(device),
        device_description(device),
    )

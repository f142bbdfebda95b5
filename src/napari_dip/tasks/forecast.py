"""What a call of a public function will take, told before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from napari_dip.device.choice import (
    device_description,
    free_memory,
    resolve_device,
)
from napari_dip.device.threads import Load, choose_threads, use_threads
from napari_dip.forecast.tile_size import bytes_of_pixel, fitted_regions
from napari_dip.forecast.work import measure, work_of
from napari_dip.grid.regions import Region
from napari_dip.grid.tiled_inference import largest_window
from napari_dip.images.axes import settle_axes
from napari_dip.images.stacks.stack import settle_stack
from napari_dip.presets.settings import shorten
from napari_dip.tasks.registry import find_task
from napari_dip.tasks.series.planes import shares_network

# Bytes that libraries take at first use; of a pixel of data and estimates, and
# of one of a tile in filters. Gradients take part of what is held for them
# once more.
_LIBRARIES, _BESIDE, _GRADIENTS = 100 * 2**20, 100, 1.4
_FILTERS, _TILE = 1300, 256**2


@dataclass(frozen=True)
class Forecast:
    """Seconds and bytes that a restoration takes at most, and where.

    A preview takes its seconds besides; `found` says what was found of the
    noise, and `parts` by the names of what a user may set.
    """

    seconds: float
    preview: float
    memory: int
    free_memory: int
    device: str
    description: str
    found: str = ''
    parts: Mapping[str, str] = field(default_factory=dict)


def forecast(
    task: str,
    shape: Sequence[int],
    *,
    channel_axis: int | None = None,
    preset: str,
    device: str = 'auto',
    max_num_iter: int | None = None,
    uncertainty: bool = False,
    spare_cores: int = 0,
    axes: str | None = None,
    **known: Any,
) -> Forecast:
    """Tell what a task, by its name, takes for an image of a shape.

    Its operations are counted, and three iterations of its network measured.
    The other arguments are those of its public function, as far as they are
    known: the options, and those that the `outline` of the task takes. Of a
    series with `axes` the image is one of its planes.

    Raises
    ------
    ValueError
        If an option is unknown, the shape is none of an image, or what is
        known does not fit it.
    """
    load = Load()
    planes, networks = 1, 0
    if axes is not None:
        stack = settle_stack(shape, axes, channel_axis)
        planes, shape = stack.num_planes, stack.plane_shape
        channel_axis = stack.plane_channel_axis
        networks = len(stack.series())
    if len(shape) == 3 and channel_axis is None:
        channel_axis = -1
    settled = settle_axes(tuple(shape), channel_axis)
    where, channels = resolve_device(device), settled.channels
    outline = find_task(task).outline(settled, preset, **known)
    settings = shorten(outline.settings, max_num_iter)
    by = find_task(task).scale_of(known)
    full = tuple(
        n * factor for n, factor in zip(settled.plane, by, strict=True)
    )
    fitted = full, channels, settings, where
    parts = fitted_regions(*fitted, by, outline.missing, outline.trims)
    fits = [(settings, part) for part in parts]
    if settings.second is not None:
        fits.append((settings.second, Region.whole(full)))
    seconds = preview = memory = 0.0
    threads = choose_threads(where, load, spare_cores)
    for how, part in fits:
        size = tuple(n // how.binning or 1 for n in part.shape)
        images = how.fit.looked_at(size)
        lost = outline.missing
        missing = 0.0 if lost is None else float(part.cut(lost).mean())
        work = work_of(how, size, channels, by, missing)
        with use_threads(threads):
            speed, held = measure(how, channels, where, images, threads)
        again = work.uncertainty * (uncertainty and how is settings)
        last = work.num_samples * work.sample + work.filters + again
        shared = networks if shares_network(settings) else planes
        times = shared if networks else 1
        seconds += ((work.all + again - last) * times + last * planes) * speed
        preview = max(preview, work.sample * speed)
        memory = max(memory, _GRADIENTS * held * math.prod(images))
        if work.sample:
            layers = bytes_of_pixel(channels, how, where)
            memory = max(memory, layers * largest_window(size))
        if work.filters:
            memory = max(memory, _FILTERS * min(math.prod(size), _TILE))
    return Forecast(
        seconds * outline.repeated,
        preview,
        int(_LIBRARIES + _BESIDE * channels * math.prod(full) + memory),
        free_memory(where),
        str(where),
        device_description(where),
        outline.found,
        outline.parts,
    )

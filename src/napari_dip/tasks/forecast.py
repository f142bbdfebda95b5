"""What a call of a public function will take, told before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from napari_dip.device.choice import (
    device_description,
    free_memory,
    resolve_device,
)
from napari_dip.device.threads import Load, choose_threads, use_threads
from napari_dip.forecast import tile_size
from napari_dip.forecast.work import Work, measure, work_of
from napari_dip.grid.regions import Region
from napari_dip.grid.tiled_inference import largest_window
from napari_dip.images.axes import settle_axes
from napari_dip.images.stacks.depth import as_volumes
from napari_dip.images.stacks.stack import settle_stack
from napari_dip.presets.settings import Settings, shorten
from napari_dip.session.ending import Extent
from napari_dip.tasks.base import find_task
from napari_dip.tasks.outline import Outline
from napari_dip.tasks.series.planes import shares_network

# Bytes of libraries at first use, of a pixel that is fitted, of one of a tile
# in filters, of any at the start and in the fit; and the gradients' factor.
_LIBRARIES, _BESIDE, _GRADIENTS = 76 * 2**20, 76, 1.4
_FILTERS, _TILE, _AT_START, _WHOLE = 1700, 256**2, 34, 10


@dataclass(frozen=True)
class Forecast:
    """Seconds (of previews besides), bytes, where and of what; at most."""

    seconds: float
    preview: float
    memory: int
    free_memory: int
    device: str
    outline: Outline


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
    fit: str = 'auto',
    networks: int | None = None,
    **known: Any,
) -> Forecast:
    """Tell what a task, by its name, takes for an image of a shape.

    Its operations are counted, three iterations of its network measured;
    other arguments are those of its function and of its `outline`; of planes
    that share networks, how many `networks` there are may be told.

    Raises
    ------
    ValueError
        If an argument is unknown or fits no image of the shape.
    """
    load, planes, starts, ndim = Load(), 1, 1, 2
    asked = find_task(task)
    by = asked.scale_of(known)
    if axes is not None:
        stack = settle_stack(shape, axes, channel_axis)
        if fit == 'volume' or len(by) > ndim:
            stack, ndim = as_volumes(stack), 3
        shape, channel_axis = stack.plane_shape, stack.plane_channel_axis
        planes, starts = stack.num_planes, len(stack.series())
    settled = settle_axes(tuple(shape), channel_axis, ndim=ndim)
    by = (1,) * (ndim - len(by)) + by
    where, channels = resolve_device(device), settled.channels
    outline = asked.outline(settled, preset, **known)
    settings = shorten(outline.settings, max_num_iter)
    settings = settings.with_uncertainty() if uncertainty else settings
    full = tuple(n * k for n, k in zip(settled.plane, by, strict=True))
    kind, lost = (full, channels, settings, where), outline.missing
    parts = tile_size.fitted_regions(*kind, by, lost, outline.trims)
    fits = [(settings, part) for part in parts]
    if settings.second is not None:
        fits.append((settings.second, Region.whole(full)))
    shared = ndim == 2 and fit != 'planes' and shares_network(settings)
    times = (networks or starts) if shared else planes
    seconds, preview, needed = 0.0, 0.0, list[float]()
    threads = choose_threads(where, load, spare_cores)
    for how, part in fits:
        size = tuple(n // how.binning or 1 for n in part.shape)
        images = how.fit.looked_at(size)
        gone = None if lost is None else part.cut(lost)
        missing = 0.0 if gone is None else float(gone.mean())
        work = work_of(how, size, channels, by, missing)
        with use_threads(threads):
            speed, slow, held = measure(how, channels, where, images, threads)
        steps = tuple(step * slow / speed for step in work.sample_steps)
        work = replace(work, sample_steps=steps)
        last = Extent.all_of(work, uncertainty and how is settings)
        fitting = work.fit * times
        if how is settings and len(parts) == 1 and fit != 'planes':
            fitting = _one_after_another(work, how, starts, times)
        seconds += (fitting + last.operations(work) * planes) * speed
        preview = max(preview, work.sample * speed)
        needed.append(_GRADIENTS * held * math.prod(images))
        if work.sample:
            layers = tile_size.bytes_of_pixel(channels, how, where, ndim)
            needed.append(layers * largest_window(size))
        needed.append(0.0 if gone is None else how.latent.memory(gone))
        tile = min(math.prod(size), _TILE) * (missing or 1.0)
        needed.append(_FILTERS * tile if work.filters else 0.0)
    largest = max(math.prod(part.shape) for part in parts)
    whole = _WHOLE if len(parts) == 1 else tile_size.JOINED
    beside = channels * (_BESIDE * largest + whole * math.prod(full))
    fitting = _LIBRARIES + beside + max(needed)
    return Forecast(
        seconds * outline.repeated,
        preview,
        int(max(fitting, _AT_START * math.prod(full) * channels)),
        free_memory(where),
        device_description(where),
        outline,
    )


def _one_after_another(
    work: Work, settings: Settings, starts: int, fits: int
) -> float:
    """Operations of fits of which all but the first ones may go on."""
    if not settings.latent.carries_over:
        return work.fit * fits
    going_on = settings.fit.going_on().num_iter
    later = replace(work, num_iter=going_on).fit
    return work.fit * starts + later * (fits - starts)

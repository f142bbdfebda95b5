"""What a call of a public function will take, told before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from napari_dip.device.choice import resolve_device
from napari_dip.device.threads import Load, choose_threads, use_threads
from napari_dip.forecast.forecast import Forecast, forecast_fits
from napari_dip.images.axes import settle_axes
from napari_dip.presets.shortening import shorten
from napari_dip.tasks.registry import find_task


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
    **known: Any,
) -> Forecast:
    """Tell what a task, by its name, takes for an image of a shape.

    The other arguments are those of its public function, as far as they are
    known: the options, and those that the `outline` of the task takes.

    Raises
    ------
    ValueError
        If an option is unknown, the shape is none of an image, or what is
        known does not fit it.
    """
    load = Load()
    if len(shape) == 3 and channel_axis is None:
        channel_axis = -1
    axes = settle_axes(tuple(shape), channel_axis)
    where = resolve_device(device)
    asked = find_task(task)
    outline = asked.outline(axes, preset, **known)
    with use_threads(choose_threads(where, load, spare_cores)):
        return forecast_fits(
            shorten(outline.settings, max_num_iter),
            axes.plane,
            axes.channels,
            where,
            factors=asked.scale_of(known),
            missing=outline.missing,
            trims=outline.trims,
            uncertainty=uncertainty,
        )

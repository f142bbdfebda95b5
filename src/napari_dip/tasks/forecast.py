"""What a restoration will take: its operations, by the machine's speed."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any, NamedTuple

import torch

from napari_dip.device.choice import (
    device_description,
    free_memory,
    has_fast_bfloat16,
    precision_context,
    resolve_device,
)
from napari_dip.device.threads import Load, choose_threads, use_threads
from napari_dip.engine.optimisers.choice import make_optimiser
from napari_dip.engine.settings import FitSettings
from napari_dip.forecast.tile_size import TRAINING, tile_side
from napari_dip.forecast.work import (
    BOTH_WAYS,
    footprint,
    seen_pixels,
    shapes_climbed,
    work_of,
)
from napari_dip.grid.regions import Region, Shape, window_shape
from napari_dip.grid.tiled_inference import largest_window
from napari_dip.grid.tiles import lay_tiles, trim, trim_all
from napari_dip.images.axes import settle_axes
from napari_dip.networks import NetworkSpec
from napari_dip.presets.settings import Settings
from napari_dip.presets.shortening import shorten
from napari_dip.tasks.outline import Outline
from napari_dip.tasks.registry import find_task

# Of the image, where all of it is fitted at once: enough for the speed.
_MEASURED_SIDE = 256
_MEASURED = 3
# Bytes a pixel and channel of what is beside the network: data, estimates,
# the last steps.
_BESIDE = 100
# Of the libraries, and of the last steps, which go by tiles.
_ONCE = 96 * 2**20


@dataclass(frozen=True)
class Forecast:
    """What a restoration will take.

    Parameters
    ----------
    seconds : float
        Time to the result, without previews; automatic stopping may come
        before.
    preview : float
        Seconds that each preview will take besides.
    memory : int
        Bytes the fit will take on the device.
    free_memory : int
        Bytes that the device has left.
    device : str
        Device that it will run on.
    description : str
        Name that a person knows the device by.
    """

    seconds: float
    preview: float
    memory: int
    free_memory: int
    device: str
    description: str


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
    """Count the operations and time a few iterations of the network.

    Parameters
    ----------
    task : str
        Name of the public function.
    shape : sequence of int
        Shape of the image, 2-D or 3-D with channels.
    channel_axis : int, optional
        Axis of the channels of a 3-D image; the last unless given.
    preset, device, max_num_iter, uncertainty
        As in the public function.
    spare_cores : int
        As in :class:`~napari_dip.presets.options.Options`.
    **known
        The image and other arguments of the public function, as far as they
        are known: those that the `outline` of the task takes.

    Raises
    ------
    ValueError
        If an option is unknown, the shape is none of an image, or what is
        known does not fit it.
    """
    load = Load()
    shape = tuple(shape)
    if len(shape) == 3 and channel_axis is None:
        channel_axis = -1
    axes = settle_axes(shape, channel_axis)
    where = resolve_device(device)
    channels = axes.channels
    asked = find_task(task)
    outline = asked.outline(axes, preset, **known)
    factors = asked.scale_of(known)
    settings = shorten(outline.settings, max_num_iter)
    full = axes.plane[0] * factors[0], axes.plane[1] * factors[1]
    parts = _parts(settings, outline, full, factors, channels, where)
    fits: list[tuple[Settings, Shape, bool]]
    fits = [(settings, part, uncertainty) for part in parts]
    if settings.second is not None:
        fits.append((settings.second, full, False))
    with use_threads(choose_threads(where, load, spare_cores)):
        found = [_of_fit(*fit, channels, factors, where) for fit in fits]
        description = device_description(where)
    beside = _ONCE + _BESIDE * channels * math.prod(full)
    return Forecast(
        sum(one.seconds for one in found),
        max(one.preview for one in found),
        beside + max(one.memory for one in found),
        free_memory(where),
        str(where),
        description,
    )


class _Fit(NamedTuple):
    seconds: float
    preview: float
    memory: int


def _of_fit(
    settings: Settings,
    shape: Shape,
    uncertainty: bool,
    channels: int,
    factors: tuple[int, int],
    device: torch.device,
) -> _Fit:
    """Return what a fit takes whose result has a shape."""
    height, width = (max(n // settings.binning, 1) for n in shape)
    data = height // factors[0], width // factors[1]
    climbed = shapes_climbed(data, settings.latent.steps(factors))
    work = work_of(settings, (height, width), channels, climbed)
    latent = settings.latent.num_channels(channels)
    spec, fit = settings.network, settings.fit
    seen: Shape
    if fit.window is not None:
        seen = (fit.num_windows, *window_shape((height, width), fit.window))
    else:
        seen = 1, min(height, _MEASURED_SIDE), min(width, _MEASURED_SIDE)
    threads = torch.get_num_threads()
    speed = measure_speed(spec, fit, latent, channels, device, seen, threads)
    pixels = TRAINING * seen_pixels(settings.fit, (height, width))
    size = footprint(spec, latent, channels).memory
    if fit.precision == 'auto' and has_fast_bfloat16(device):
        size /= 2
    if work.sweep:
        pixels = max(pixels, largest_window((height, width)))
    return _Fit(
        (work.all + work.uncertainty * uncertainty) * speed,
        work.sweep * speed,
        int(size * pixels),
    )


@lru_cache
def measure_speed(
    spec: NetworkSpec,
    fit: FitSettings,
    latent: int,
    channels: int,
    device: torch.device,
    size: Shape,
    threads: int,
) -> float:
    """Seconds an operation of a network in training takes, measured once.

    Once for each number of `threads`, which is the one that is set.
    """
    number, height, width = size
    # Of the user's random numbers none is drawn.
    with torch.random.fork_rng():
        network = spec.build(latent, channels).to(device)
    optimiser = make_optimiser(
        fit.optimiser, network.parameters(), fit.learning_rate
    )
    images = torch.zeros(number, latent, height, width, device=device)
    taken = []
    for _ in range(1 + _MEASURED):
        start = time.perf_counter()
        with precision_context(device, fit.precision):
            output = network(images)
        loss = output.float().square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        # Wait for the device.
        loss.item()
        taken.append(time.perf_counter() - start)
    operations = BOTH_WAYS * footprint(spec, latent, channels).operations
    # The first takes longer.
    return median(taken[1:]) / (operations * math.prod(size))


def _parts(
    settings: Settings,
    outline: Outline,
    full: tuple[int, int],
    factors: tuple[int, int],
    channels: int,
    device: torch.device,
) -> list[Shape]:
    """Return the shapes of the parts of the result that are fitted."""
    needed = whole = Region.whole(full)
    missing = outline.missing
    if missing is not None and outline.trims:
        needed = trim(whole, missing, full, factors) or whole
    side = tile_side(needed.shape, channels, settings, device)
    if side is None:
        return [needed.shape]
    tiles = lay_tiles(whole, factors, side)
    if missing is not None:
        tiles = trim_all(tiles, missing, full, factors)
    return [tile.shape for tile in tiles]

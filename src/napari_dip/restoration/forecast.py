"""What a restoration will take, from a few measured iterations."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.autograd.graph import saved_tensors_hooks

from napari_dip.prior.device import (
    device_description,
    free_memory,
    resolve_device,
)
from napari_dip.prior.fit_settings import FitSettings
from napari_dip.prior.sweeping import largest_window, swept_pixels
from napari_dip.prior.windows import Window, window_shape
from napari_dip.restoration.denoising import start_denoising
from napari_dip.restoration.inpainting import start_inpainting
from napari_dip.restoration.prepare import Options
from napari_dip.restoration.protocol import Restoration
from napari_dip.restoration.room import JOINED, tile_side
from napari_dip.restoration.settings import Settings
from napari_dip.restoration.shortening import shorten
from napari_dip.restoration.super_resolution import start_super_resolution
from napari_dip.restoration.tiles import lay_tiles
from napari_dip.restoration.validation import (
    MIN_SIDE,
    check_axes,
    check_choice,
    check_factor,
    plane_shape,
)

TASKS = ('denoise', 'inpaint', 'super_resolve')

# The probe is the image itself up to this side; the windows that a fit looks
# at are then the real ones.
_LARGEST_PROBE = 512
# A fit of the whole image is measured on as much of it as an iteration takes
# this many seconds for.
_LONGEST_ITERATION = 0.3
_SMALLEST_PROBE = 128
# Seconds measured, and iterations within them.
_MEASURED_TIME = 0.5
_MEASURED_ITERATIONS = (2, 20)
# Bytes a pixel and channel: at most before and after the fit, where noise is
# estimated, stabilised and brought back, and kept beside the network's own.
# Measured from 512² to 4096² pixels.
_PREPARING, _KEPT = 98, 35
# What the libraries take once on the CPU, whatever the image.
_LIBRARIES = 40 * 2**20
# Gradients and temporary buffers beside the tensors saved for the backward
# pass, and what of both is kept from one iteration to the next.
_WORKING_MEMORY = 1.6
_MOST_KEPT = 128 * 2**20


@dataclass(frozen=True)
class Forecast:
    """What a restoration will take.

    Parameters
    ----------
    seconds : float
        Time to the last planned iteration and the final estimate; automatic
        stopping may come before.
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
    memory: int
    free_memory: int
    device: str
    description: str


def forecast(
    task: str,
    shape: Sequence[int],
    *,
    channel_axis: int | None = None,
    factor: int | tuple[int, int] | None = None,
    preset: str,
    device: str = 'auto',
    max_num_iter: int | None = None,
) -> Forecast:
    """Measure a few real iterations and the final estimate.

    Where a fit looks at windows, both are those of the image. Where it looks
    at all of an image, or of a tile of a large one, they are measured on a
    part and scaled up. Tiles without a missing pixel, which a run leaves out,
    are counted too.

    Parameters
    ----------
    task : {'denoise', 'inpaint', 'super_resolve'}
        Name of the public function.
    shape : sequence of int
        Shape of the image, 2-D or 3-D with channels.
    channel_axis : int, optional
        Axis of the channels of a 3-D image; the last unless given.
    factor : int or tuple of int, optional
        Super-resolution factor, 2 unless given.
    preset, device, max_num_iter
        As in the public function.

    Raises
    ------
    ValueError
        If an option is unknown or the shape is none of an image.
    """
    check_choice(task, TASKS, 'task')
    shape = tuple(shape)
    axis = _channel_axis(shape, channel_axis)
    height, width = plane_shape(shape, axis)
    channels = 1 if axis is None else shape[axis]
    options = Options(preset, device=device)
    sides = (height, width)
    factors = _enlargement(task, factor)
    found = _measure(task, channels, sides, factors, options, max_num_iter)
    resolved = resolve_device(device)
    return Forecast(
        found.seconds,
        found.memory,
        free_memory(resolved),
        str(resolved),
        device_description(resolved),
    )


def _channel_axis(
    shape: tuple[int, ...], channel_axis: int | None
) -> int | None:
    if len(shape) == 3 and channel_axis is None:
        channel_axis = -1
    return check_axes(shape, channel_axis)


def _enlargement(
    task: str, factor: int | tuple[int, int] | None
) -> tuple[int, int]:
    if task != 'super_resolve':
        return (1, 1)
    return check_factor(2 if factor is None else factor)


@dataclass(frozen=True)
class _Cost:
    """What a session of some image costs.

    Parameters
    ----------
    settings : Settings
        What it was.
    shape : tuple of int
        Height and width of the result.
    prepare, iteration, sweep, refinement : float
        Seconds of the preparation, of an iteration, of one pass of the final
        estimate and of its refinement.
    saved : int
        Bytes kept for the backward pass.
    margin : float
        Pixels that the network puts around an image, along each axis: they
        count the less the larger the image is.
    """

    settings: Settings
    shape: tuple[int, int]
    prepare: float
    iteration: float
    sweep: float
    refinement: float
    saved: int
    margin: float = 0.0

    def with_margin(self, smaller: _Cost) -> _Cost:
        """Find the margin by how the cost of a smaller image differs."""
        side, less = (math.prod(c.shape) ** 0.5 for c in (self, smaller))
        growth = (self.saved / smaller.saved) ** 0.5
        if self.fit.window is not None or growth <= 1:
            return self
        margin = max((side - growth * less) / (growth - 1), 0.0)
        return replace(self, margin=margin)

    @property
    def fit(self) -> FitSettings:
        """Settings of the fit."""
        return self.settings.fit

    def scaled(self, shape: tuple[int, int], channels: int) -> _Total:
        """Return time and memory for an image of another size."""
        pixels = shape[0] * shape[1]
        area = pixels / (self.shape[0] * self.shape[1])
        seen = self._seen(shape) / self._seen(self.shape)
        seconds = (self.prepare + self.refinement) * area
        seconds += self.fit.num_iter * self.iteration * seen
        saved = self.saved * seen
        working = _WORKING_MEMORY * saved + min(saved, _MOST_KEPT)
        if self.fit.average == 'weights':
            ratio = swept_pixels(shape) / swept_pixels(self.shape)
            seconds += self.fit.passes * self.sweep * ratio
            # An estimate holds for a pixel what an iteration saves for one.
            at_once = largest_window(shape) / self._seen(shape)
            working = max(working, saved * at_once)
        kept = _KEPT * pixels * channels + working
        preparing = _PREPARING * pixels * channels
        return _Total(seconds, _LIBRARIES + int(max(preparing, kept)))

    def _seen(self, shape: tuple[int, int]) -> float:
        """Pixels that an iteration computes."""
        if self.fit.window is None:
            return (shape[0] + self.margin) * (shape[1] + self.margin)
        height, width = window_shape(shape, self.fit.window)
        return self.fit.num_windows * height * width


@dataclass(frozen=True)
class _Total:
    seconds: float
    memory: int


def _measure(
    task: str,
    channels: int,
    sides: tuple[int, int],
    factors: tuple[int, int],
    options: Options,
    max_num_iter: int | None,
) -> _Total:
    """Measure a part of the image, as large as time allows, and scale."""
    side = _SMALLEST_PROBE
    first = cost = _cost(task, channels, sides, factors, options, side)
    full = (sides[0] * factors[0], sides[1] * factors[1])
    tiles = _tiles(cost.settings, full, factors, channels, options)
    part = (tiles[0].height, tiles[0].width)
    sides = (part[0] // factors[0], part[1] // factors[1])
    while cost.shape != part and not _is_enough(cost, side):
        side = 2 * side if cost.fit.window is None else _LARGEST_PROBE
        cost = _cost(task, channels, sides, factors, options, side)
    cost = cost.with_margin(first)
    # Measured in a fit that goes on for longer.
    cost = replace(cost, settings=shorten(cost.settings, max_num_iter))
    total = cost.scaled(part, channels)
    if len(tiles) == 1:
        return total
    data = math.prod(full) // math.prod(factors) * channels
    joined = JOINED * math.prod(full) * channels
    return _Total(
        len(tiles) * total.seconds,
        max(_LIBRARIES + _PREPARING * data, joined + total.memory),
    )


def _tiles(
    settings: Settings,
    full: tuple[int, int],
    factors: tuple[int, int],
    channels: int,
    options: Options,
) -> list[Window]:
    """Lay the tiles of an image none of which can be left out."""
    whole = Window(0, 0, *full)
    device = resolve_device(options.device)
    side = tile_side(full, channels, settings, device, options.tile)
    return [whole] if side is None else lay_tiles(whole, factors, side)


def _is_enough(cost: _Cost, side: int) -> bool:
    """Whether a larger part would take too long, or tell no more."""
    if cost.fit.window is not None:
        return side == _LARGEST_PROBE
    longer = cost.iteration * (2 * side) ** 2 / math.prod(cost.shape)
    # The margin takes two.
    return side > _SMALLEST_PROBE and longer > _LONGEST_ITERATION


def _cost(
    task: str,
    channels: int,
    sides: tuple[int, int],
    factors: tuple[int, int],
    options: Options,
    side: int,
) -> _Cost:
    """Measure a session of the image, cut to a side of the result."""
    rows, columns = (
        min(length, max(MIN_SIDE, side // factor))
        for length, factor in zip(sides, factors, strict=True)
    )
    image = np.random.default_rng(0).normal(size=(channels, rows, columns))
    start = time.perf_counter()
    session = _start(task, image, factors, options)
    prepare = time.perf_counter() - start
    try:
        saved = _saved_bytes(session)
        iteration = _seconds_an_iteration(session)
        start = time.perf_counter()
        session.preview()
        sweep = time.perf_counter() - start
        start = time.perf_counter()
        session.result()
        result = time.perf_counter() - start
    finally:
        session.close()
    shape = (rows * factors[0], columns * factors[1])
    settings = session.brief.settings
    passes = settings.fit.passes if settings.fit.average == 'weights' else 1
    refinement = max(0.0, result - passes * sweep)
    return _Cost(settings, shape, prepare, iteration, sweep, refinement, saved)


def _start(
    task: str,
    image: NDArray[np.float64],
    factors: tuple[int, int],
    options: Options,
) -> Restoration:
    if task == 'inpaint':
        mask = np.zeros(image.shape[1:], bool)
        # Lines as wide as those that people paint.
        mask[4:10] = True
        return start_inpainting(image, mask, channel_axis=0, options=options)
    if task == 'super_resolve':
        return start_super_resolution(
            image, factors, channel_axis=0, options=options
        )
    return start_denoising(image, channel_axis=0, options=options)


def _saved_bytes(session: Restoration) -> int:
    """Do the first iteration and count what it keeps for its way back."""
    saved: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        saved[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        next(session)
    return sum(saved.values())


def _seconds_an_iteration(session: Restoration) -> float:
    """Mean over a few iterations, all that goes with them included."""
    session.synchronise()
    least, most = _MEASURED_ITERATIONS
    done, start = 0, time.perf_counter()
    taken = 0.0
    while done < least or (taken < _MEASURED_TIME and done < most):
        next(session)
        done += 1
        # A GPU only takes orders meanwhile: wait for it now and then.
        if done % least == 0:
            session.synchronise()
        taken = time.perf_counter() - start
    return taken / done

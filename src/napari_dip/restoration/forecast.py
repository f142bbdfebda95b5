"""What a restoration will take, from a few measured iterations."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks

from napari_dip.prior.device import (
    device_description,
    free_memory,
    resolve_device,
)
from napari_dip.prior.fit_settings import FitSettings
from napari_dip.prior.windows import window_shape
from napari_dip.restoration.denoising import start_denoising
from napari_dip.restoration.inpainting import start_inpainting
from napari_dip.restoration.prepare import Options
from napari_dip.restoration.session import Session
from napari_dip.restoration.super_resolution import start_super_resolution
from napari_dip.restoration.validation import (
    MIN_SIDE,
    check_axes,
    check_choice,
    check_factor,
    plane_shape,
)

TASKS = ('denoise', 'inpaint', 'super_resolve')

# Large enough to keep a device as busy as the real image would, small enough
# that even the published network takes but a second.
_PROBE_SIDE = 128
_PROBE_ITERATIONS = 3
# A forward pass without gradients, as part of an iteration.
_PASS_COST = 1 / 3
# Gradients and temporary buffers beside the tensors saved for the backward
# pass.
_WORKING_MEMORY = 1.5


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
) -> Forecast:
    """Measure a few iterations on a small image and scale them up.

    Parameters
    ----------
    task : {'denoise', 'inpaint', 'super_resolve'}
        Name of the public function.
    shape : sequence of int
        Shape of the image, 2-D or 3-D with channels.
    channel_axis : int, optional
        Axis of the channels of a 3-D image; the last unless given.
    factor : int or tuple of int, optional
        Super-resolution factor.
    preset, device : str
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
    options = Options(preset=preset, device=device)
    session = _probe(task, channels, height, width, factor, options)
    saved, seconds = _measure(session)
    fit = session.brief.settings.fit
    session.close()
    rows, columns = _enlargement(factor)
    pixels = height * width * rows * columns
    seen = _seen(fit, (height * rows, width * columns))
    probed = _seen(
        fit, (_probed(height, rows) * rows, _probed(width, columns) * columns)
    )
    work = fit.num_iter * seen
    if fit.average == 'weights':
        work += int(fit.passes * pixels * _PASS_COST)
    resolved = resolve_device(device)
    return Forecast(
        seconds * work / probed,
        int(_WORKING_MEMORY * saved * seen / probed) + pixels * channels * 32,
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


def _enlargement(factor: int | tuple[int, int] | None) -> tuple[int, int]:
    return (1, 1) if factor is None else check_factor(factor)


def _probed(length: int, factor: int) -> int:
    """Side of the probe whose result is no larger than wanted."""
    return min(length, max(MIN_SIDE, _PROBE_SIDE // factor))


def _seen(fit: FitSettings, shape: tuple[int, int]) -> int:
    """Pixels that an iteration looks at."""
    if fit.window is None:
        return shape[0] * shape[1]
    height, width = window_shape(shape, fit.window)
    return fit.num_windows * height * width


def _probe(
    task: str,
    channels: int,
    height: int,
    width: int,
    factor: int | tuple[int, int] | None,
    options: Options,
) -> Session:
    rows, columns = _enlargement(factor)
    image = np.random.default_rng(0).normal(
        size=(channels, _probed(height, rows), _probed(width, columns))
    )
    if task == 'inpaint':
        mask = np.zeros(image.shape[1:], bool)
        # Lines as wide as those that people paint.
        mask[4:10] = True
        return start_inpainting(image, mask, channel_axis=0, options=options)
    if task == 'super_resolve':
        return start_super_resolution(
            image, factor or 2, channel_axis=0, options=options
        )
    return start_denoising(image, channel_axis=0, options=options)


def _measure(session: Session) -> tuple[int, float]:
    """Return bytes saved for the backward pass and seconds an iteration."""
    saved: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        saved[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        next(session)
    times = []
    for _ in range(_PROBE_ITERATIONS):
        start = time.perf_counter()
        next(session)
        session.synchronise()
        times.append(time.perf_counter() - start)
    return sum(saved.values()), min(times)

"""What a restoration will take, from a few measured iterations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.prior.device import (
    device_description,
    free_memory,
    resolve_device,
)
from napari_dip.prior.windows import Window
from napari_dip.restoration import denoising_settings, inpainting
from napari_dip.restoration.acquired import AcquiredImage, acquire
from napari_dip.restoration.axes import Axes, settle_axes
from napari_dip.restoration.copies import read_copies
from napari_dip.restoration.masks import read_mask
from napari_dip.restoration.options import Options
from napari_dip.restoration.probe import Probe, Total, measure_cost
from napari_dip.restoration.room import JOINED, tile_side
from napari_dip.restoration.settings import LatentSettings, Settings
from napari_dip.restoration.shortening import shorten
from napari_dip.restoration.tiles import lay_tiles, trim, trim_all
from napari_dip.restoration.validation import check_choice, check_factor

TASKS = ('denoise', 'inpaint', 'super_resolve')


@dataclass(frozen=True)
class Forecast:
    """What a restoration will take.

    Parameters
    ----------
    seconds : float
        Time to the last planned iteration and the final estimate, without
        previews; automatic stopping may come before.
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
    image: ArrayLike | None = None,
    repeats: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    factor: int | tuple[int, int] | None = None,
    preset: str,
    device: str = 'auto',
    max_num_iter: int | None = None,
    uncertainty: bool = False,
) -> Forecast:
    """Measure a few real iterations and the final estimate.

    Where a fit looks at windows, both are those of the image. Where it looks
    at all of an image, or of a tile of a large one, they are measured on a
    part and scaled up.

    Parameters
    ----------
    task : {'denoise', 'inpaint', 'super_resolve'}
        Name of the public function.
    shape : sequence of int
        Shape of the image, 2-D or 3-D with channels.
    image : array_like, optional
        The image, of that shape: how it is denoised depends on its noise.
        Unless given it is taken to be independent from pixel to pixel.
    repeats : array_like, optional
        Further copies of an image that is given, as in
        :func:`~napari_dip.denoise`.
    mask : array_like, optional
        Nonzero where a pixel is missing: how it is inpainted, and how many
        tiles are fitted, depends on that. Unless given it is taken to be
        lines all over the image.
    channel_axis : int, optional
        Axis of the channels of a 3-D image; the last unless given.
    factor : int or tuple of int, optional
        Super-resolution factor, 2 unless given.
    preset, device, max_num_iter, uncertainty
        As in the public function.

    Raises
    ------
    ValueError
        If an option is unknown, the shape is none of an image, or image,
        repeats or mask do not fit it.
    """
    check_choice(task, TASKS, 'task')
    shape = tuple(shape)
    axes = _axes(shape, channel_axis)
    options = Options(preset, device=device, uncertainty=uncertainty)
    probe = Probe(
        task,
        axes.channels,
        axes.plane,
        _enlargement(task, factor),
        options,
    )
    missing = None
    if task == 'inpaint' and mask is not None:
        missing = _missing(mask, axes)
        settings = inpainting.choose_settings(preset, missing)
        probe = probe.with_settings(settings)
    if task == 'denoise' and image is not None:
        settings = _of_noise(
            preset, acquire(image, axes.channel_axis), repeats
        )
        probe = probe.with_settings(settings)
    total = _total(probe, max_num_iter, missing)
    resolved = resolve_device(device)
    return Forecast(
        total.seconds,
        total.preview,
        total.memory,
        free_memory(resolved),
        str(resolved),
        device_description(resolved),
    )


def _axes(shape: tuple[int, ...], channel_axis: int | None) -> Axes:
    if len(shape) == 3 and channel_axis is None:
        channel_axis = -1
    return settle_axes(shape, channel_axis)


def _of_noise(
    preset: str, image: AcquiredImage, repeats: ArrayLike | None
) -> Settings:
    """Return the settings that the noise of an image asks for."""
    copies = read_copies(image, repeats)
    planes = image.planes if copies is None else copies.mean
    settings = denoising_settings.choose_settings(preset, planes, copies)
    return _alone(settings) if settings.latent.kind == 'split' else settings


def _missing(mask: ArrayLike, axes: Axes) -> NDArray[np.bool_]:
    blank = np.broadcast_to(np.float32(0), (axes.channels, *axes.plane))
    return read_mask(mask, AcquiredImage(blank, axes))


def _enlargement(
    task: str, factor: int | tuple[int, int] | None
) -> tuple[int, int]:
    if task != 'super_resolve':
        return (1, 1)
    return check_factor(2 if factor is None else factor)


def _total(
    probe: Probe, max_num_iter: int | None, missing: NDArray[np.bool_] | None
) -> Total:
    """Return what all fits take together."""
    parts = _parts(probe, _settings(probe), missing)
    largest = max(parts, key=lambda part: math.prod(part.shape))
    cost = measure_cost(probe.of_part(largest.shape))
    # Measured in a fit that goes on for longer.
    settings = shorten(cost.settings, max_num_iter)
    cost = replace(cost, settings=settings)
    total = _sum([cost.scaled(p.shape, probe.channels) for p in parts])
    if settings.second is not None:
        later = measure_cost(probe.with_settings(_alone(settings.second)))
        second = later.scaled(probe.full, probe.channels)
        total = _sum([total, second])
    return total if largest.shape == probe.full else _beside(total, probe)


def _settings(probe: Probe) -> Settings:
    """Return the settings of the image at hand."""
    session, _ = probe.start(side=1)
    session.close()
    return session.brief.settings


def _alone(settings: Settings) -> Settings:
    """Return the settings of a fit, as if it had no first fit or copies.

    What needs those takes next to no time.
    """
    return replace(
        settings, latent=LatentSettings('dropped'), refinement='residual'
    )


def _sum(totals: list[Total]) -> Total:
    """Return what fits take one after the other."""
    return Total(
        sum(total.seconds for total in totals),
        max(total.memory for total in totals),
        max(total.preview for total in totals),
    )


def _beside(parts: Total, probe: Probe) -> Total:
    """Return what all parts take, and the whole that they are parts of."""
    whole = math.prod(probe.full) * probe.channels
    return replace(parts, memory=parts.memory + JOINED * whole)


def _parts(
    probe: Probe, settings: Settings, missing: NDArray[np.bool_] | None
) -> list[Window]:
    """Return the parts of the result that are fitted, one by one."""
    options, full, step = probe.options, probe.full, probe.factors
    needed = whole = Window(0, 0, *full)
    if missing is not None and inpainting.trims_known(options.preset):
        needed = trim(whole, missing, full, step) or whole
    device = resolve_device(options.device)
    side = tile_side(
        needed.shape, probe.channels, settings, device, options.tile
    )
    if side is None:
        return [needed]
    tiles = lay_tiles(whole, step, side)
    if missing is None:
        return tiles
    return trim_all(tiles, missing, full, step)

"""An image or a series: which of them it is, and how it begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.axes import settle_axes
from napari_dip.images.stacks.axis_names import letters_of
from napari_dip.images.stacks.plane_choice import choose_planes
from napari_dip.images.stacks.stack import Stack, settle_stack
from napari_dip.images.stacks.volumes import as_volumes
from napari_dip.images.validation import check_choice
from napari_dip.io.ome_zarr import in_planes
from napari_dip.presets.choices import FITS
from napari_dip.tasks.series.planes import Series
from napari_dip.tasks.series.storage import is_dask, is_zarr, make_target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.presets.options import Options
    from napari_dip.session.base import Restoration
    from napari_dip.session.series.target import MakeTarget, Target
    from napari_dip.tasks.base import Task


def begin_any(
    task: Task,
    image: Any,
    *,
    options: Options,
    target: MakeTarget | None = None,
    axes: str | None = None,
    fit: str = 'auto',
    planes: Any = None,
    channel_axis: int | None = None,
    **arguments: Any,
) -> Restoration:
    """Prepare the restoration of an image or a series.

    Parameters
    ----------
    task : Task
        What to do.
    image : array_like or AcquiredImage
        What is to be restored.
    options : Options
        Options of all tasks.
    target : callable, optional
        From the shape of a series to where its planes go.
    axes, fit, planes, channel_axis
        As in :func:`~napari_dip.denoise`.
    **arguments
        The task's own.
    """
    check_choice(fit, FITS, 'fit')
    stack, image = find_stack(image, axes, channel_axis)
    if stack is None and planes is not None:
        raise ValueError(
            f'planes: {planes!r} was given, but the image is one plane; '
            'leave it out.'
        )
    chosen = None if stack is None else choose_planes(planes, stack)
    if stack is not None and chosen is not None:
        axis, entries = chosen
        image = take(image, axis, entries)
        stack = replace(stack, shape=tuple(image.shape))
        arguments = {
            name: _same_planes(value, axis, entries, len(stack.shape))
            for name, value in arguments.items()
        }
    if fit == 'volume':
        stack = as_volumes(stack)
        if not task.takes_volumes:
            raise ValueError(
                f'fit: {task.name} does not take volumes yet; take '
                "fit='planes'."
            )
    told = {
        'axes': axes if stack is None else stack.letters,
        'fit': fit,
        'planes': None if planes is None else str(planes),
    }
    if stack is None or stack.num_planes == 1:
        if stack is not None:
            channel_axis = stack.channel_axis
        if stack is not None and stack.deep:
            image = acquire(image, stack.plane_channel_axis, ndim=3)
            image = replace(image, notes=(stack.say(), *image.notes))
        session = task.start(
            image, channel_axis=channel_axis, options=options, **arguments
        )
        known = {one.name for one in task.arguments}
        beside = {k: told[k] for k in told if k in known}
        arguments = {**session.brief.arguments, **beside}
        session.brief = replace(session.brief, arguments=arguments)
        return session
    letters, on_disk = stack.letters, is_dask(image)

    def make(shape: tuple[int, ...]) -> Target:
        return make_target(shape, letters, on_disk=on_disk)

    series = Series(task, image, stack, options, arguments, fit)
    return series.begin({**told, 'channel_axis': channel_axis}, target or make)


def find_stack(
    image: Any, axes: str | None, channel_axis: int | None
) -> tuple[Stack | None, Any]:
    """Find what the axes of an image are.

    Returns
    -------
    stack : Stack or None
        None if it is plainly one plane, or will be refused as one.
    image : array_like
        As it was given, lists as an array.

    Raises
    ------
    TypeError, ValueError
        If the axes cannot be told, or what is said of them does not fit.
    """
    if isinstance(image, (list, tuple)):
        try:
            image = _as_array(image)
        except (TypeError, ValueError):
            return None, image
    if is_zarr(image):
        image = in_planes(image)
    shape = getattr(image, 'shape', None)
    if shape is None or isinstance(image, AcquiredImage):
        return None, image
    if axes is None:
        axes = letters_of(getattr(image, 'dims', ()))
    if axes is None:
        try:
            settle_axes(tuple(shape), channel_axis)
        except (TypeError, ValueError):
            # What is no plane may be many; else it is told there.
            if len(shape) < 3 or 0 in shape:
                return None, image
        else:
            return None, image
    return settle_stack(shape, axes, channel_axis), image


def _as_array(image: Any) -> NDArray[Any]:
    """Return lists as an array, masks kept."""
    masked = any(isinstance(one, np.ma.MaskedArray) for one in image)
    return np.ma.array(image) if masked else np.asarray(image)


def take(image: Any, axis: int, entries: slice | list[int]) -> Any:
    """Take some entries along an axis, unread if they are lazy."""
    if isinstance(entries, list) and len(entries) == 1:
        entries = slice(entries[0], entries[0] + 1)
    index: list[Any] = [slice(None)] * len(image.shape)
    index[axis] = entries
    return image[tuple(index)]


def _same_planes(
    value: Any, axis: int, entries: slice | list[int], ndim: int
) -> Any:
    """Take the planes of an array that goes with the image."""
    if getattr(value, 'ndim', 0) != ndim or value.shape[axis] == 1:
        return value
    return take(value, axis, entries)

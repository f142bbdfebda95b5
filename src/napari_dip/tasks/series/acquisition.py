"""An image or a series: which of them it is, and how it begins."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.axes import letters_of, settle_axes
from napari_dip.images.stacks.depth import NoVolumeError, as_volumes
from napari_dip.images.stacks.plane_choice import choose_planes
from napari_dip.images.stacks.stack import Stack, settle_stack
from napari_dip.images.validation import check_choice
from napari_dip.io.errors import FileError
from napari_dip.io.ome_zarr import create_scratch, in_planes
from napari_dip.presets.choices import FITS
from napari_dip.session.series.target import Target
from napari_dip.tasks.series.depth import find_volume
from napari_dip.tasks.series.output import Output, describe, read_output
from napari_dip.tasks.series.planes import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.presets.options import Options
    from napari_dip.session.base import Restoration
    from napari_dip.session.series.target import MakeTarget
    from napari_dip.tasks.base import Task

# Options that the pixels of a result depend on.
_DECIDE = ('preset', 'seed', 'max_num_iter')


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
    output: Any = None,
    resume: bool = False,
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
    axes, fit, planes, channel_axis, output, resume
        As in :func:`~napari_dip.denoise`.
    **arguments
        The task's own.
    """
    check_choice(fit, FITS, 'fit')
    folder = read_output(output, resume=resume)
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
    has_depth = len(task.scale_of(arguments)) > 2
    if fit == 'auto' and has_depth and stack is not None:
        fit = 'volume'
    if fit == 'volume':
        stack = as_volumes(stack)
        if not task.takes_volumes:
            raise ValueError(
                f'fit: {task.name} does not take volumes yet; take '
                "fit='planes'."
            )
    told: dict[str, Any] = {
        'axes': axes if stack is None else stack.letters,
        'fit': fit,
        'planes': None if planes is None else str(planes),
    }
    if stack is None and folder is not None:
        raise ValueError(
            'output: the image is one plane, whose result is returned; '
            'leave it out.'
        )
    if stack is None or (stack.num_planes == 1 and folder is None):
        if stack is not None:
            channel_axis = stack.channel_axis
        if stack is not None and stack.deep:
            image = acquire(image, stack.plane_channel_axis, ndim=3)
            image = replace(image, notes=(stack.say(), *image.notes))
        return _begin_one(task, image, channel_axis, options, arguments, told)
    notes: list[str] = []
    if fit == 'auto' and folder is None:
        found, notes = find_volume(
            task, image, stack, options.preset, arguments
        )
        if found is not None:
            deep = {**told, 'fit': 'volume'}
            with suppress(NoVolumeError):
                return _begin_one(task, found, None, options, arguments, deep)
    series = Series(task, image, stack, options, arguments, fit, notes)
    told['channel_axis'] = channel_axis
    if folder is not None:
        return _begin_in(folder, series, told)
    letters, on_disk = stack.letters, is_dask(image)

    def make(shape: tuple[int, ...]) -> Target:
        return make_target(shape, letters, on_disk=on_disk)

    return series.begin(told, target or make)


def _begin_in(
    folder: Output, series: Series, told: dict[str, Any]
) -> Restoration:
    """Prepare a series whose planes go into a folder."""
    if series.options.uncertainty:
        raise ValueError(
            'uncertainty: a result in a folder has none; leave it out, or '
            'leave out output.'
        )
    asked = describe(
        {
            'task': series.task.name,
            'shape': series.stack.shape,
            **told,
            **{name: getattr(series.options, name) for name in _DECIDE},
            **{
                one.name: series.arguments.get(one.name, one.default)
                for one in series.task.own
            },
        },
        series.sample(),
    )
    try:
        opened = folder.open(series.shape, series.stack, asked)
    except FileError as error:
        raise ValueError(f'output: {error}') from error
    try:
        return series.begin(told, lambda _: opened)
    except BaseException:
        folder.discard()
        raise


def _begin_one(
    task: Task,
    image: Any,
    channel_axis: int | None,
    options: Options,
    arguments: dict[str, Any],
    told: dict[str, Any],
) -> Restoration:
    """Prepare the restoration of one plane or volume."""
    session = task.start(
        image, channel_axis=channel_axis, options=options, **arguments
    )
    known = {one.name for one in task.arguments}
    beside = {k: told[k] for k in told if k in known}
    arguments = {**session.brief.arguments, **beside}
    session.brief = replace(session.brief, arguments=arguments)
    return session


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


def is_dask(image: Any) -> bool:
    """Whether an image is an array of dask, and not a wrapper of one."""
    return hasattr(image, '__dask_graph__') and not hasattr(image, 'dims')


def is_zarr(image: Any) -> bool:
    """Whether an image is an array of Zarr."""
    return hasattr(image, 'store_path')


def make_target(
    shape: tuple[int, ...], letters: str, *, on_disk: bool
) -> Target:
    """Make what holds the planes of a series.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    letters : str
        A letter for each axis.
    on_disk : bool
        Whether it is a folder that is cleaned up. Without zarr it is memory
        all the same.
    """
    if on_disk and find_spec('zarr') is not None:
        try:
            return Target(create_scratch(shape, letters))
        except FileError as error:
            raise ValueError(
                'image: its result goes to the folder for temporary files, '
                f'but {error}'
            ) from error
    return Target(np.full(shape, np.nan, np.float32))


def has_room(shape: tuple[int, ...]) -> bool:
    """Whether float32 of a shape takes less than half of the free memory."""
    import psutil

    return 2 * 4 * math.prod(shape) < int(psutil.virtual_memory().available)


def as_given(result: Any, image: Any) -> Any:
    """Return a result as its image was given: lazily, if that was lazy."""
    if is_dask(result) or (is_zarr(image) and is_zarr(result)):
        return result
    return in_planes(result) if is_dask(image) or is_zarr(image) else result

"""Axes of a file that holds many planes, and which of them are taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napari_dip.cli.job import Job
from napari_dip.images.stacks.plane_choice import choose_planes
from napari_dip.images.stacks.stack import (
    Stack,
    check_axes,
    settle_stack,
)
from napari_dip.io.errors import FileError
from napari_dip.io.layout import Layout, settle
from napari_dip.io.stored import UNKNOWN, StoredImage

# What tifffile calls axes that a file does not name.
_UNNAMED = UNKNOWN + 'I'
# An OME or ImageJ label is that of one plane.
_OF_PLANES = ('Labels',)


def lay_out(job: Job, source: StoredImage) -> tuple[StoredImage, Layout]:
    """Settle the axes of a file: of one plane, or of many.

    Parameters
    ----------
    job : Job
        With the axes that its user tells, if any.
    source : StoredImage
        The file.

    Returns
    -------
    source : StoredImage
        With the axes that were told.
    layout : Layout
        Of a series it holds the letters of the axes.

    Raises
    ------
    FileError, TypeError, ValueError
        If the axes do not fit, or cannot be told.
    """
    if job.axes is not None:
        letters = check_axes(job.axes, source.data.shape)
        source = replace(source, axes=letters)
    elif job.planes is None:
        way = 'choose one plane with --page'
        try:
            layout = settle(source, job.channel_axis, way)
        except FileError:
            if source.data.ndim < 3:
                raise
        else:
            channels = layout.channel_axis is not None
            if len(layout.restored_axes) - channels <= 2:
                return source, layout
    stack = _stack_of(job, source)
    if stack.num_planes == 1:
        return source, settle(source, job.channel_axis)
    letters = '' if stack.assumed else stack.letters
    return source, Layout(source.axes, (), None, stack=letters)


def taken(job: Job, source: StoredImage, layout: Layout) -> StoredImage:
    """Return the planes of a file that the result will have."""
    if job.planes is None or layout.stack is None:
        return source
    stack = settle_stack(
        source.data.shape, layout.stack or None, job.channel_axis
    )
    chosen = choose_planes(job.planes, stack)
    if chosen is None:
        return source
    axis, entries = chosen
    numbers = np.arange(source.data.shape[axis])[entries]
    missing, opacity = source.missing, source.opacity
    if missing is not None:
        missing = missing.take(numbers, axis)
    if opacity is not None:
        place = axis - (opacity.axis < axis and 'S' in source.axes)
        values = opacity.values.take(numbers, place)
        opacity = replace(opacity, values=values)
    details = {k: v for k, v in source.details.items() if k not in _OF_PLANES}
    return replace(
        source,
        data=source.data.take(numbers, axis),
        missing=missing,
        opacity=opacity,
        details=details,
    )


def _stack_of(job: Job, source: StoredImage) -> Stack:
    unnamed = any(letter in _UNNAMED for letter in source.axes)
    letters = None if unnamed else source.axes
    return settle_stack(source.data.shape, letters, job.channel_axis)

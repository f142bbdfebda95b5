"""One restoration from file to file, shown to the user, ended by signals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from napari_dip.cli.job import Job, Outcome
from napari_dip.cli.messages import (
    ArgumentError,
    about,
    engine_problems,
    in_options,
    load_engine,
    shown,
)
from napari_dip.cli.monitor import Monitor, open_monitor
from napari_dip.cli.output import (
    check_destinations,
    check_sources,
    choose_target,
    save,
)
from napari_dip.cli.plane_by_plane import (
    is_large,
    restore_planes,
    without_labels,
)
from napari_dip.cli.process import Interrupt
from napari_dip.cli.report import say_lost, summarise
from napari_dip.io.layout import Layout
from napari_dip.io.ome_zarr import is_zarr
from napari_dip.io.reading import read_image
from napari_dip.io.stored import StoredImage
from napari_dip.session.progress import preparing

if TYPE_CHECKING:
    from napari_dip.session.base import Restoration
    from napari_dip.session.progress import Progress


import numpy as np

from napari_dip.images.stacks.plane_choice import choose_planes
from napari_dip.images.stacks.stack import (
    Stack,
    check_axes,
    settle_stack,
)
from napari_dip.io.errors import FileError
from napari_dip.io.layout import settle
from napari_dip.io.stored import UNKNOWN


def restore_file(
    job: Job, say: Callable[[str], None], interrupt: Interrupt
) -> int:
    """Restore a file.

    Parameters
    ----------
    job : Job
        What to do.
    say : callable
        Takes a line for the user.
    interrupt : Interrupt
        Signals that ask to end.

    Returns
    -------
    int
        Exit status: 0, or that of the interrupt if it cut the fit short and
        the result was kept.

    Raises
    ------
    ArgumentError
        If an argument or a file is at fault. What can be known before the
        fit is found before the fit.
    KeyboardInterrupt
        After a second signal, or one before the first iteration.
    """
    if is_zarr(job.input) or is_zarr(job.output):
        return restore_planes(job, say, interrupt)
    if job.resume:
        raise ArgumentError(
            '--resume: only an OME-Zarr holds planes of an earlier run; '
            'leave it out.'
        )
    check_sources(job)
    check_destinations(job)
    if is_large(job):
        return restore_planes(job, say, interrupt)
    source, layout = _read(job)
    with engine_problems(job.names):
        kept = taken(job, source, layout)
    target = choose_target(job, kept, layout)
    if kept is source:
        source = target.source
    else:
        source = replace(source, notes=target.source.notes)
    outcome = restore(job, source, layout, interrupt)
    losses = say_lost(job, target, outcome.image)
    outcome = outcome.with_notes(losses)
    save(job, target, outcome, interrupt)
    if not job.quiet:
        for line in (*summarise(job, target, outcome), *losses):
            say(line)
    return interrupt.status if outcome.interrupted else 0


def _read(job: Job) -> tuple[StoredImage, Layout]:
    with about('INPUT', job.input), engine_problems(job.names):
        source = read_image(job.input, job.choice)
        _check_channel_axis(job, source)
        return lay_out(job, source)


def _check_channel_axis(job: Job, source: StoredImage) -> None:
    axis, ndim = job.channel_axis, source.data.ndim
    if axis is not None and not -ndim <= axis < ndim:
        raise ArgumentError(
            f'--channel-axis: {axis} is not an axis of INPUT '
            f'({shown(job.input)}), which has {ndim} axes of lengths '
            f'{source.data.shape}; choose one from 0 to {ndim - 1}.'
        )


def restore(
    job: Job, source: StoredImage, layout: Layout, interrupt: Interrupt
) -> Outcome:
    """Restore the pixels of a file.

    Raises
    ------
    ArgumentError
        If the restoration refuses them.
    KeyboardInterrupt
        If a signal came before the first iteration, or a second one.
    """
    load_engine()
    with (
        engine_problems(job.names),
        open_monitor(job.title, quiet=job.quiet) as monitor,
    ):
        pixels = layout.squeeze(source.masked)
        axis = layout.known_channel_axis
        with preparing(monitor.show):
            session = job.start(pixels, axis, layout.stack)
        try:
            interrupt.ask_first()
            return _fit(session, source.notes, monitor, interrupt)
        finally:
            session.close()


def _fit(
    session: Restoration,
    notes: tuple[str, ...],
    monitor: Monitor,
    interrupt: Interrupt,
) -> Outcome:
    interrupted = False
    asks = 'Keeping the best so far; Ctrl-C again discards it.'

    def check(progress: Progress) -> bool:
        """Show the last steps, and end them after a first signal."""
        nonlocal interrupted
        monitor.show(progress)
        if interrupt.requested and not interrupted:
            interrupted = True
            monitor.note(asks)
            return True
        return False

    session.check = check
    for progress in session:
        monitor.show(progress)
        if interrupt.requested and not session.finished:
            interrupted = True
            monitor.note(asks)
            session.stop()
    image, record = session.result(), session.record()
    # What the file was read as comes before what was found in it.
    record = replace(record, notes=[*notes, *record.notes])
    for note in record.notes:
        monitor.note(in_options(note))
    return Outcome(image, record, interrupted)


# What tifffile calls axes that a file does not name.
_UNNAMED = UNKNOWN + 'I'


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
    return replace(
        source,
        data=source.data.take(numbers, axis),
        missing=missing,
        opacity=opacity,
        details=without_labels(source.details),
    )


def _stack_of(job: Job, source: StoredImage) -> Stack:
    unnamed = any(letter in _UNNAMED for letter in source.axes)
    letters = None if unnamed else source.axes
    return settle_stack(source.data.shape, letters, job.channel_axis)

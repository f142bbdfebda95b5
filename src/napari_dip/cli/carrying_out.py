"""One restoration from file to file."""

from __future__ import annotations

from collections.abc import Callable

from napari_dip.cli.checking import (
    check_destinations,
    check_sources,
    choose_target,
)
from napari_dip.cli.errors import ArgumentError, about
from napari_dip.cli.fitting import restore
from napari_dip.cli.interrupt import Interrupt
from napari_dip.cli.job import Job
from napari_dip.cli.saving import save
from napari_dip.cli.summary import summarise
from napari_dip.cli.target import say_lost
from napari_dip.cli.words import shown
from napari_dip.io.layout import Layout, settle
from napari_dip.io.reading import read_image
from napari_dip.io.stored import StoredImage


def carry_out(
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
    check_sources(job)
    check_destinations(job)
    source, layout = _read(job)
    target = choose_target(job, source, layout)
    outcome = restore(job, target.source, layout, interrupt)
    losses = say_lost(job, target, outcome.image)
    outcome = outcome.with_notes(losses)
    save(job, target, outcome, interrupt)
    if not job.quiet:
        for line in (*summarise(job, target, outcome), *losses):
            say(line)
    return interrupt.status if outcome.interrupted else 0


def _read(job: Job) -> tuple[StoredImage, Layout]:
    with about('INPUT', job.input):
        source = read_image(job.input, job.choice)
        _check_channel_axis(job, source)
        way = 'choose one plane with --page'
        return source, settle(source, job.channel_axis, way)


def _check_channel_axis(job: Job, source: StoredImage) -> None:
    axis, ndim = job.channel_axis, source.data.ndim
    if axis is not None and not -ndim <= axis < ndim:
        raise ArgumentError(
            f'--channel-axis: {axis} is not an axis of INPUT '
            f'({shown(job.input)}), which has {ndim} axes of lengths '
            f'{source.data.shape}; choose one from 0 to {ndim - 1}.'
        )

"""How far a restoration is, on a terminal, in a log or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import rich.progress
    from rich.console import Console

    from napari_dip.session.progress import Phase, Progress

# A log gets a line every tenth of the way, and at least one a minute.
_LINES = 10
_LONGEST_SILENCE = 60


class Monitor(Protocol):
    """What a restoration reports to."""

    def show(self, progress: Progress) -> None:
        """Take in where it stands; called after each iteration."""

    def note(self, text: str) -> None:
        """Take in what a person should know at once."""


@contextmanager
def open_monitor(title: str, *, quiet: bool) -> Iterator[Monitor]:
    """Show progress on standard error while the context is open.

    Parameters
    ----------
    title : str
        What is being done.
    quiet : bool
        Whether to show nothing.

    Yields
    ------
    Monitor
        A bar on a terminal, else lines.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if quiet:
        yield Silent()
    elif console.is_terminal:
        with _columns(console) as progress:
            yield Bar(title, progress)
    else:
        yield Lines(title, lambda line: console.print(line, soft_wrap=True))


class Silent:
    """Shows nothing."""

    def show(self, progress: Progress) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""


def _columns(console: Console) -> rich.progress.Progress:
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        TextColumn('{task.fields[text]}'),
        TimeElapsedColumn(),
        TextColumn('elapsed{task.fields[left]}'),
        console=console,
        transient=True,
    )


class Bar:
    """Progress as a bar that disappears in the end.

    Parameters
    ----------
    title : str
        What is being done.
    progress : rich.progress.Progress
        The bar, with the fields "text" and "left".
    """

    def __init__(self, title: str, progress: rich.progress.Progress) -> None:
        self._bar = progress
        self._task = progress.add_task(
            title, total=None, text='preparing', left=''
        )

    def show(self, progress: Progress) -> None:
        """Move the bar."""
        self._bar.update(
            self._task,
            completed=progress.part,
            # Without one it pulses, as long as the end is not known.
            total=None if math.isnan(progress.remaining) else 1,
            text=_describe(progress),
            left=_say_left(progress),
        )

    def note(self, text: str) -> None:
        """Write a line above the bar."""
        self._bar.console.print(text)


class Lines:
    """Progress in a few plain lines.

    Parameters
    ----------
    title : str
        What is being done.
    write : callable
        Takes a line.
    """

    def __init__(self, title: str, write: Callable[[str], object]) -> None:
        self._title = title
        self._write = write
        self._part = -1
        self._phase: Phase | None = None
        self._time = 0.0

    def show(self, progress: Progress) -> None:
        """Write a line if it is time for one."""
        part = int(_LINES * progress.part)
        late = progress.elapsed - self._time >= _LONGEST_SILENCE
        new = progress.phase is not self._phase
        if part > self._part or late or new:
            self._part, self._time = max(part, self._part), progress.elapsed
            self._phase = progress.phase
            self._write(
                f'{self._title}: {_describe(progress)}, '
                f'{duration(progress.elapsed)} elapsed{_say_left(progress)}'
            )

    def note(self, text: str) -> None:
        """Write a line."""
        self._write(text)


def _describe(progress: Progress) -> str:
    """Iterations and loss, or what comes after them.

    There is no loss before the first look at it, which the device is not
    kept waiting for.
    """
    plane, planes = progress.plane, progress.num_planes
    if planes > 1:
        place = f'plane {plane} of {planes}, '
        if progress.is_shared:
            place = f'{plane - 1} of {planes} planes done, '
        return place + _describe(replace(progress, num_planes=1))
    if not progress.phase.is_fit:
        return progress.phase.value.lower()
    text = f'{progress.iteration}/{progress.num_iter} iterations'
    if math.isnan(progress.loss):
        return text
    return f'{text}, loss {progress.loss:.3g}'


def _say_left(progress: Progress) -> str:
    """What is left; nothing before anything was measured."""
    if math.isnan(progress.remaining):
        return ''
    return f', about {duration(progress.remaining)} left'


def duration(seconds: float) -> str:
    """Hours, minutes and seconds.

    Examples
    --------
    >>> duration(75.2)
    '0:01:15'
    """
    return str(timedelta(seconds=round(seconds)))

"""How far a restoration is, on a terminal, in a log or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from napari_dip.restoration.session import Progress

#: Called after each iteration.
Monitor = Callable[['Progress'], None]

# A log gets a line every tenth of the way, and at least one a minute.
_LINES = 10
_LONGEST_SILENCE = 60


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
    callable
        Takes a :class:`~napari_dip.restoration.session.Progress`.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if quiet:
        yield lambda progress: None
    elif console.is_terminal:
        with _bar(title, console) as show:
            yield show
    else:
        yield Lines(title, lambda line: console.print(line, soft_wrap=True))


@contextmanager
def _bar(title: str, console: Console) -> Iterator[Monitor]:
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn('{task.description}'),
        BarColumn(),
        TextColumn('{task.fields[text]}'),
        TimeElapsedColumn(),
        TextColumn('elapsed,'),
        TimeRemainingColumn(),
        TextColumn('remaining'),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        # Without a total the bar pulses, until the first iteration.
        task = bar.add_task(title, total=None, text='preparing')
        yield lambda progress: bar.update(
            task,
            completed=progress.iteration,
            total=progress.num_iter,
            text=_describe(progress),
        )


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
        self._time = 0.0

    def __call__(self, progress: Progress) -> None:
        """Write a line if it is time for one."""
        part = _LINES * progress.iteration // progress.num_iter
        late = progress.elapsed - self._time >= _LONGEST_SILENCE
        if part > self._part or late or progress.reason:
            self._part, self._time = part, progress.elapsed
            self._write(
                f'{self._title}: {_describe(progress)}, '
                f'{duration(progress.elapsed)} elapsed, '
                f'{duration(progress.remaining)} remaining'
            )


def _describe(progress: Progress) -> str:
    """Iterations and loss.

    There is no loss before the first look at it, which the device is not
    kept waiting for.
    """
    text = f'{progress.iteration}/{progress.num_iter} iterations'
    if math.isnan(progress.loss):
        return text
    return f'{text}, loss {progress.loss:.3g}'


def duration(seconds: float) -> str:
    """Hours, minutes and seconds.

    Examples
    --------
    >>> duration(75.2)
    '0:01:15'
    """
    return str(timedelta(seconds=round(seconds)))

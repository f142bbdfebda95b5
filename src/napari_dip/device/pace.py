"""Long computations, watched by whoever waits for them.

A loop that takes seconds looks up now and then. Whoever watches may show how
far it is, hold it for as long as he likes, or ask it to end with what there
is. Each thread has a watcher of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Takes the part of a long step that is done, where that is known, and
#: returns whether to end at once.
Watcher = Callable[[float | None], bool]

_watcher: ContextVar[Watcher | None] = ContextVar('watcher', default=None)


class CutShort(Exception):  # noqa: N818
    """A computation that is worth nothing unfinished was given up."""


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Context whose long computations are watched."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def look_up(part: float | None = None) -> bool:
    """Let the watcher act; return whether to end at once.

    Parameters
    ----------
    part : float, optional
        Part of the step that is done, 0 to 1.
    """
    watcher = _watcher.get()
    return watcher is not None and watcher(part)


@contextmanager
def untold() -> Iterator[None]:
    """Context that does not tell how far it is: a small part of a step."""
    watcher = _watcher.get() or (lambda _: False)
    with watched_by(lambda _: watcher(None)):
        yield


def go_on(part: float | None = None) -> None:
    """Let the watcher act, and give up if it is to end at once.

    Raises
    ------
    CutShort
        If so.
    """
    if look_up(part):
        raise CutShort

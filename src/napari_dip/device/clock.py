"""Long computations: the time they took, how far they are, who ends them.

A loop that takes seconds looks up now and then. Whoever watches may show how
far it is, hold it for as long as he likes, or ask it to end with what there
is. Each thread has a watcher of its own.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from statistics import median

# Iterations whose median tells the speed: one that was disturbed, or the
# first, which is slow, does not count, and a load that changes does.
_RECENT = 20


def now() -> float:
    """Return the moment, in seconds from one that does not matter."""
    return time.monotonic()


class Clock:
    """Counts seconds of work, pauses left out.

    Parameters
    ----------
    spent : float
        Seconds that were spent before.
    limit : float, optional
        Seconds after which the work is to have ended.
    """

    def __init__(self, spent: float = 0.0, limit: float | None = None) -> None:
        self.limit = limit
        self._spent = spent
        self._since: float | None = None
        self._is_old = False
        self._speeds: deque[float] = deque(maxlen=_RECENT)

    @classmethod
    def since(cls, begun: float, limit: float | None = None) -> Clock:
        """Count from a moment on."""
        return cls(now() - begun, limit)

    @property
    def elapsed(self) -> float:
        """Seconds of work so far."""
        if self._since is None:
            return self._spent
        return self._spent + now() - self._since

    @property
    def left(self) -> float | None:
        """Seconds to the limit, less than 0 beyond; None without one."""
        return None if self.limit is None else self.limit - self.elapsed

    @property
    def speed(self) -> float:
        """Seconds an operation; 0 before the first is timed."""
        return median(self._speeds) if self._speeds else 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Context whose time counts, be it in another or not."""
        if self._since is not None:
            yield
            return
        self._since = now()
        try:
            yield
        finally:
            self._spent, self._since = self.elapsed, None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Context, in a running one, whose time does not count."""
        self._spent = self.elapsed
        try:
            yield
        finally:
            self._since = now()

    @contextmanager
    def timing(self, operations: float) -> Iterator[None]:
        """Context that runs and tells the speed by its operations."""
        with self.running():
            before = self.elapsed
            yield
            if self._is_old:
                self._speeds.clear()
                self._is_old = False
            self._speeds.append((self.elapsed - before) / operations)

    def forget_speed(self) -> None:
        """Measure anew with the next iteration, which is of another kind."""
        self._is_old = True


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

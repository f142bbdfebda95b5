"""Time of a restoration: what it has taken, and how fast the machine is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
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

"""Ctrl-C, and a request to end, that keep the best so far."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

# Ctrl-C, the request of a system or queue to end, and a closed terminal or,
# on Windows, Ctrl-Break; not all systems have all.
_NAMES = ('SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK')


class Interrupt:
    """Context in which the first signal asks and only the second one aborts.

    The request is looked at between iterations: an exception in the middle
    of one would leave the network half updated, and one in the middle of
    writing would lose the result. As long as there is nothing to keep, the
    first one aborts, and when files have begun to appear, none does.

    Attributes
    ----------
    aborted : bool
        Whether one has aborted.

    Examples
    --------
    >>> with Interrupt() as interrupt:
    ...     interrupt.requested
    False
    """

    def __init__(self) -> None:
        self.aborted = False
        self._first: int | None = None
        self._asks = self._ignored = False
        self._before: dict[int, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether a signal has come."""
        return self._first is not None

    @property
    def status(self) -> int:
        """Exit status as the shell has it: 128 and the signal's number."""
        return 128 + (self._first or signal.SIGINT)

    def ask_first(self) -> None:
        """Let the first signal only ask from now on."""
        self._asks = True

    def ignore(self) -> None:
        """Let no signal change anything any more."""
        self._ignored = True

    def __enter__(self) -> Interrupt:
        self.aborted = self._asks = self._ignored = False
        self._first = None
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is None or _outlives_terminal(number):
                continue
            self._before[number] = signal.signal(number, self._request)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _request(self, number: int, frame: FrameType | None) -> None:
        if self._ignored:
            return
        first = self._first is None
        self._first = self._first or number
        if not (first and self._asks):
            self.aborted = True
            raise KeyboardInterrupt


def _outlives_terminal(number: int) -> bool:
    """Whether the program was started with nohup."""
    hangup = getattr(signal, 'SIGHUP', None)
    return number == hangup and signal.getsignal(number) is signal.SIG_IGN


#: That of the program, from its first moment to its last.
INTERRUPT = Interrupt()

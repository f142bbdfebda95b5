"""Signals and standard streams of the process, for which no result is lost."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, BinaryIO, cast

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


class Tolerant(io.RawIOBase):
    """A binary stream that remembers what went wrong instead of raising it.

    Parameters
    ----------
    stream : binary file
        Where what is written goes.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def writable(self) -> bool:
        """Return true."""
        return True

    def fileno(self) -> int:
        """Return the number of the stream."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream.isatty()

    def write(self, data: Any) -> int:
        """Write if it is possible."""
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError as error:
            self.error = self.error or error
            self._divert()
        return memoryview(data).nbytes

    def _divert(self) -> None:
        """Let what is still to come, and Python's last flush, go nowhere."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


@contextmanager
def tolerant_streams() -> Iterator[Tolerant | None]:
    """Let nothing that is printed raise an error.

    Yields
    ------
    Tolerant or None
        Standard output; None if it is closed.
    """
    _open_closed()
    before = sys.stdout, sys.stderr
    output = _replace('stdout')
    _replace('stderr')
    try:
        yield output
    finally:
        sys.stdout, sys.stderr = before


def lost(stream: Tolerant | None) -> OSError | None:
    """Return what has kept a stream from being read.

    That its reader, such as ``head``, has had enough does not count.
    """
    error = stream.error if stream else None
    return None if error and error.errno == errno.EPIPE else error


def _open_closed() -> None:
    """Let no file of ours take the number of a stream that is closed.

    PyTorch would write its warnings into it.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)


def _replace(name: str) -> Tolerant | None:
    stream = getattr(sys, name)
    if not hasattr(stream, 'buffer'):
        # It is closed, or no file at all.
        return None
    stream.flush()
    tolerant = Tolerant(stream.buffer)
    text = io.TextIOWrapper(
        cast('BinaryIO', tolerant),
        encoding=stream.encoding,
        # The bytes of a name that are no text.
        errors='backslashreplace',
        write_through=True,
    )
    setattr(sys, name, text)
    return tolerant

"""Standard output and standard error that no result is lost for.

A full disk, a closed pipe or a letter that a terminal does not know is no
reason to end a restoration.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, cast


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

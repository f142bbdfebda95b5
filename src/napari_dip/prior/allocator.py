"""Memory of one iteration kept for the next, where the C library lets us.

An iteration on the CPU frees some hundred megabytes and asks for them again
at once. The C library of Linux gives freed memory back to the system at
every chance, and the system hands it out page by page, zeroed: that was an
eighth of the time of a fit. Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
# The most that the library accepts for blocks of its own.
_LARGEST_BLOCK = 32 * 2**20
#: Bytes of freed memory that are kept at most.
MOST_KEPT = 256 * 2**20


def keep_freed_memory() -> None:
    """Keep up to 256 MiB of freed memory; for the whole process."""
    tune = _function('mallopt')
    if tune is not None:
        tune(_MMAP_THRESHOLD, _LARGEST_BLOCK)
        tune(_TRIM_THRESHOLD, MOST_KEPT)


def give_back_freed_memory() -> None:
    """Hand what is kept back to the system."""
    trim = _function('malloc_trim')
    if trim is not None:
        trim(0)


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    if not sys.platform.startswith('linux'):
        return None
    # Other C libraries, such as musl, have no such functions.
    return getattr(ctypes.CDLL(None), name, None)

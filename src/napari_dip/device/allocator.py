"""Memory of one iteration kept for the next, where the C library lets us.

An iteration on the CPU frees some hundred megabytes and asks for them again
at once. The C library of Linux gives freed memory back to the system at
every chance, and the system hands it out page by page, zeroed: that was an
eighth of the time of a fit on windows, and a quarter of a fit of 1024 × 1024
pixels at once. Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import weakref
from typing import TypeVar

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
# The most that the library accepts for blocks of its own, unless no block
# may be the system's.
_LARGEST_BLOCK = 32 * 2**20
# As many blocks of the system's as the library has where nobody asks.
_USUAL_MMAP_MAX = 65536
#: Bytes of freed memory that are kept at most, and while a fit keeps blocks
#: of any size.
MOST_KEPT, MOST_KEPT_OF_LARGE = 256 * 2**20, 768 * 2**20

Owner = TypeVar('Owner')

# Collecting garbage while it is held may end another fit, in this thread.
_lock = threading.RLock()
# Fits under way that keep blocks of any size.
_keepers = 0


def keep_freed_memory() -> None:
    """Keep freed blocks of up to 32 MiB; for the whole process."""
    _tune(_MMAP_THRESHOLD, _LARGEST_BLOCK)
    with _lock:
        if not _keepers:
            _tune(_TRIM_THRESHOLD, MOST_KEPT)


def keep_large_blocks(owner: Owner) -> weakref.finalize[..., Owner]:
    """Keep freed blocks of any size for as long as their owner lives.

    What other code frees meanwhile is kept too, so that it must not be for
    longer. Threads but the first keep blocks of up to 64 MiB.

    Parameters
    ----------
    owner : object
        A fit.

    Returns
    -------
    weakref.finalize
        To be called when the owner needs them no more; called again it does
        nothing.
    """
    global _keepers
    with _lock:
        _keepers += 1
        _tune(_MMAP_MAX, 0)
        _tune(_TRIM_THRESHOLD, MOST_KEPT_OF_LARGE)
    return weakref.finalize(owner, _let_go)


def _let_go() -> None:
    global _keepers
    with _lock:
        _keepers -= 1
        if not _keepers:
            _tune(_MMAP_MAX, _USUAL_MMAP_MAX)
            _tune(_TRIM_THRESHOLD, MOST_KEPT)


def give_back_freed_memory() -> None:
    """Hand what is kept back to the system."""
    trim = _function('malloc_trim')
    if trim is not None:
        trim(0)


def _tune(name: int, value: int) -> None:
    tune = _function('mallopt')
    if tune is not None:
        tune(name, value)


def _function(name: str) -> ctypes._NamedFuncPointer | None:
    if not sys.platform.startswith('linux'):
        return None
    # Other C libraries, such as musl, have no such functions.
    return getattr(ctypes.CDLL(None), name, None)

"""Load torch from a worker without holding up the window."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

_ENGINE = 'napari_dip.session.prepare'

_lock = Lock()


def load_engine() -> None:
    """Import torch and the engine; in a worker, where it takes seconds.

    Python's import of an extension holds the interpreter lock while the
    libraries behind it, hundreds of megabytes, are mapped and relocated, so
    that the window would stand still though the import is in a thread. A
    foreign call of the loader lets go of the lock; the import then finds
    the libraries loaded.
    """
    with _lock:
        if _ENGINE in sys.modules:
            return
        with _without_collection():
            if 'torch' not in sys.modules and sys.platform.startswith('linux'):
                _load_libraries()
            import_module(_ENGINE)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Put off garbage collection, which grows with every module imported.

    It holds the interpreter lock for a fifth of a second at a time, and
    finds nothing: modules stay. So they go to the oldest generation unseen.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # What another has frozen stays so.
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if was_enabled:
            gc.enable()


def _load_libraries() -> None:
    spec = find_spec('torch')
    if spec is None or spec.origin is None:
        return
    library = Path(spec.origin).parent / 'lib' / 'libtorch_python.so'
    if library.exists():
        loader = ctypes.CDLL(None).dlopen
        loader.restype = ctypes.c_void_p
        loader(os.fsencode(library), os.RTLD_LAZY)

"""Load torch from a worker without holding up the window."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

_lock = Lock()


def load_torch() -> None:
    """Import torch; in a worker, where it takes seconds.

    Python's import of an extension holds the interpreter lock while the
    libraries behind it, hundreds of megabytes, are mapped and relocated, so
    that the window would stand still though the import is in a thread. A
    foreign call of the loader lets go of the lock; the import then finds
    the libraries loaded.
    """
    with _lock:
        if 'torch' not in sys.modules and sys.platform.startswith('linux'):
            _load_libraries()
        import torch  # noqa: F401


def _load_libraries() -> None:
    spec = find_spec('torch')
    if spec is None or spec.origin is None:
        return
    library = Path(spec.origin).parent / 'lib' / 'libtorch_python.so'
    if library.exists():
        loader = ctypes.CDLL(None).dlopen
        loader.restype = ctypes.c_void_p
        loader(os.fsencode(library), os.RTLD_LAZY)

"""Files under way, which nobody sees, and what killed programs left of them.

A draft is locked for as long as its program lives. So one that nobody holds
is left over from a program that was killed.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:
    # Windows: an open file cannot be removed there, a closed one is left.
    _LOCKS = False
else:
    _LOCKS = True

# Not every network file system tells one computer of the locks of another.
_START = f'.napari-dip-{zlib.crc32(platform.node().encode()):08x}-'
_END = '.part'


def draft_name() -> str:
    """Return a name for a draft that nobody has."""
    return f'{_START}{secrets.token_hex(8)}{_END}'


class Draft:
    """An empty file in a folder, open for writing.

    Parameters
    ----------
    folder : Path
        Where it lies. Drafts in there that killed programs have left are
        removed.

    Raises
    ------
    OSError
        If the system refuses.
    """

    def __init__(self, folder: Path) -> None:
        remove_abandoned(folder)
        while True:
            self.path = folder / draft_name()
            self.file: BinaryIO = self.path.open('xb')
            number = self.file.fileno()
            _lock(number)
            # Another program may have taken it for abandoned before.
            if _is_at(number, self.path):
                break
            self.file.close()

    def complete(self) -> None:
        """Bring what was written to the disk."""
        self.file.flush()
        os.fsync(self.file.fileno())
        if not _LOCKS:
            # An open file cannot be moved on Windows.
            self.file.close()

    def move(self, target: Path) -> None:
        """Give the file its name."""
        self.path.replace(target)

    def close(self) -> None:
        """Remove what is left of it."""
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def remove_abandoned(folder: Path) -> None:
    """Remove drafts that programs of this user and computer have left."""
    for path in _drafts_in(folder):
        with contextlib.suppress(OSError):
            _remove_if_abandoned(path)


def _drafts_in(folder: Path) -> Iterator[Path]:
    if not _LOCKS:
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_START) and entry.name.endswith(_END):
                yield folder / entry.name


def _remove_if_abandoned(path: Path) -> None:
    # A link is not followed, and a pipe not waited for.
    number = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(number)
        ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid()
        if ours and _lock(number) and _is_at(number, path):
            path.unlink()
    finally:
        os.close(number)


def _lock(number: int) -> bool:
    """Lock an open file, and say whether that could be done."""
    if not _LOCKS:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(number: int, path: Path) -> bool:
    """Whether an open file still has its name."""
    try:
        return os.path.samestat(os.fstat(number), path.lstat())
    except FileNotFoundError:
        return False

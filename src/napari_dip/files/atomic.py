"""Files that appear wholly or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from napari_dip.files.errors import FileError, in_words

# Room for headers and metadata beside the pixels.
_HEADERS = 1 << 16


def check_destination(path: Path, *, overwrite: bool) -> None:
    """Check that a file can be written, before the work that makes it.

    Parameters
    ----------
    path : Path
        File to be written.
    overwrite : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    FileError
        If it is there already, or its folder is missing or read-only.
    """
    target = _target(path)
    if not target.parent.is_dir():
        raise FileError(
            f'there is no folder {target.parent}; create it, or choose '
            'another.'
        )
    try:
        _check_vacant(target, overwrite)
        # No look at permissions is as reliable as writing.
        _draft(target).unlink()
    except OSError as error:
        raise FileError(
            f'cannot write into {target.parent}: {in_words(error)}; choose '
            'another folder.'
        ) from error


def check_space(path: Path, num_bytes: int) -> None:
    """Check that there is room for as many bytes of pixels.

    Raises
    ------
    FileError
        If not.
    """
    folder = _target(path).parent
    free = shutil.disk_usage(folder).free
    if free < num_bytes + _HEADERS:
        raise FileError(
            f'the disk is full: {_mebibytes(num_bytes + _HEADERS)} are '
            f'needed and {_mebibytes(free)} are free in {folder}; make '
            'room, or choose another folder.'
        )


def write_atomically(
    path: Path, write: Callable[[BinaryIO], object], *, overwrite: bool
) -> None:
    """Write a file beside its place and then move it there.

    Parameters
    ----------
    path : Path
        File to be written; if it is a link, what it points to.
    write : callable
        Writes into an open binary file.
    overwrite : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    OSError
        If the system refuses; what was there before is still there, and no
        part of the new file is.
    """
    target = _target(path)
    draft = _draft(target)
    try:
        with draft.open('wb') as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        _move(draft, target, overwrite)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _move(draft: Path, target: Path, overwrite: bool) -> None:
    if target.exists():
        if not overwrite:
            raise FileExistsError(
                errno.EEXIST, 'a file of that name has appeared', target
            )
        shutil.copymode(target, draft)
    draft.replace(target)


def _check_vacant(target: Path, overwrite: bool) -> None:
    if target.exists() and not target.is_file():
        raise FileError('it is not a file; give the name of a file.')
    if target.exists() and not overwrite:
        raise FileError(
            'the file exists already; choose another name, or add --overwrite.'
        )


def _target(path: Path) -> Path:
    """Return where a file really goes: a link is not replaced."""
    return Path(os.path.realpath(path))


def _draft(target: Path) -> Path:
    """Create an empty file beside another, of a name that nobody has."""
    draft = target.with_name(f'.napari-dip-{secrets.token_hex(8)}.part')
    draft.touch(exist_ok=False)
    return draft


def _mebibytes(num_bytes: int) -> str:
    return f'{num_bytes / 2**20:.1f} MiB'

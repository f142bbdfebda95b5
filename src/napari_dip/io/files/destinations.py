"""Places for files, looked at before the work that makes them."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from napari_dip.io.errors import FileError, in_words
from napari_dip.io.files.drafts import Draft

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
        If it is there already, its name is not possible, or its folder is
        missing or read-only.
    """
    try:
        target = settle_path(path)
        _check_vacant(target, overwrite)
    except OSError as error:
        raise FileError(
            f'a file of that name cannot be written: {in_words(error)}; '
            'choose another name.'
        ) from error
    if not target.parent.is_dir():
        raise FileError(
            f'there is no folder {target.parent}; create it, or choose '
            'another.'
        )
    try:
        # No look at permissions is as reliable as writing.
        Draft(target.parent).close()
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
        If not, or if the system allows no file as large.
    """
    folder = settle_path(path).parent
    needed = num_bytes + _HEADERS
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FileError(
            f'the disk is full: {_mebibytes(needed)} are needed and '
            f'{_mebibytes(free)} are free in {folder}; make room, or choose '
            'another folder.'
        )
    largest = _largest_file()
    if largest is not None and largest < needed:
        raise FileError(
            f'the file would be larger than the system allows: '
            f'{_mebibytes(needed)} are needed and {_mebibytes(largest)} are '
            'allowed; raise the limit with "ulimit -f".'
        )


def replaces(path: Path, other: Path) -> bool:
    """Whether writing a file would replace another."""
    try:
        return path.samefile(other)
    except OSError:
        # One of them is not there yet.
        return os.path.realpath(path) == os.path.realpath(other)


def settle_path(path: Path) -> Path:
    """Return where a file really goes: a link is not replaced.

    Raises
    ------
    OSError
        If no file can have that name.
    """
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        path.stat()
    return Path(os.path.realpath(path))


def _check_vacant(target: Path, overwrite: bool) -> None:
    if target.exists() and not target.is_file():
        raise FileError('it is not a file; give the name of a file.')
    if target.exists() and not overwrite:
        raise FileError(
            'the file exists already; choose another name, or add --overwrite.'
        )


def _largest_file() -> int | None:
    """Bytes that a file may have; None without such a limit."""
    try:
        import resource
    except ImportError:
        # Windows.
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return None if limit == resource.RLIM_INFINITY else limit


def _mebibytes(num_bytes: int) -> str:
    return f'{num_bytes / 2**20:.1f} MiB'

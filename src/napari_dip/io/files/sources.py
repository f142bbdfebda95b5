"""Files to read, looked at before they are opened."""

from __future__ import annotations

import stat
from pathlib import Path

from napari_dip.io.errors import FileError, in_words


def check_source(path: Path) -> None:
    """Check that a file is one: a pipe or a device is waited for without end.

    Raises
    ------
    FileError
        If it is missing or something else.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise FileError('there is no such file; check the name.') from error
    except OSError as error:
        raise FileError(
            f'it cannot be read: {in_words(error)}; check the file and its '
            'permissions.'
        ) from error
    if not stat.S_ISREG(mode):
        kind = 'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'
        raise FileError(f'it is {kind}; give the name of a file.')

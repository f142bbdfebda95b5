from __future__ import annotations

import errno

import pytest

from napari_dip.io.errors import in_words


@pytest.mark.parametrize(
    ('error', 'words'),
    [
        (OSError(errno.ENOSPC, 'No space left'), 'the disk is full'),
        (OSError(errno.EROFS, 'x'), 'the file system is read-only'),
        (PermissionError(errno.EACCES, 'x'), 'there is no permission'),
        (OSError(errno.ENODEV, 'No such device'), 'No such device'),
        (OSError('plain text'), 'plain text'),
        (OSError(), 'OSError'),
    ],
)
def test_in_words(error: OSError, words: str) -> None:
    assert in_words(error).startswith(words)

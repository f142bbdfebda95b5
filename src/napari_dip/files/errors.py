"""What can be wrong with a file, in words for a person."""

from __future__ import annotations

import errno

_WORDS = {
    errno.ENOSPC: 'the disk is full',
    errno.EROFS: 'the file system is read-only',
    errno.EACCES: 'there is no permission',
    errno.EPERM: 'there is no permission',
    errno.ENOENT: 'there is no such file or folder',
    errno.EISDIR: 'it is a folder',
    errno.EFBIG: 'the file would be larger than the system allows',
}
# Not on Windows.
if hasattr(errno, 'EDQUOT'):
    _WORDS[errno.EDQUOT] = 'the disk quota is used up'


class FileError(Exception):
    """A sentence: what is wrong with a file and what to do about it."""


def in_words(error: OSError) -> str:
    """Say in a clause what the system objected to.

    Examples
    --------
    >>> in_words(OSError(errno.ENOSPC, 'No space left on device'))
    'the disk is full'
    """
    words = _WORDS.get(error.errno) if error.errno else None
    return words or error.strerror or str(error) or type(error).__name__

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
    errno.ENAMETOOLONG: 'the name is too long',
    errno.ELOOP: 'the link leads back to itself',
    errno.ENOTDIR: 'a part of the path is a file and not a folder',
    errno.EMFILE: 'too many files are open',
    errno.EIO: 'the disk failed',
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
    if 'requested and' in str(error):
        # NumPy, which keeps the reason for itself.
        words = 'only a part of it fitted'
    return words or error.strerror or str(error) or type(error).__name__

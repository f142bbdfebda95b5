"""NumPy's own format."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from napari_dip.io.errors import FileError
from napari_dip.io.stored import UNKNOWN, StoredImage

_ARCHIVE = b'PK\x03\x04'


def read_npy(path: Path) -> StoredImage:
    """Read an array; objects are refused, since they could run code.

    Raises
    ------
    FileError
        If it holds objects or several arrays.
    ValueError
        If it is damaged or no such file.
    """
    with path.open('rb') as file:
        magic = file.read(len(np.lib.format.MAGIC_PREFIX))
        if magic.startswith(_ARCHIVE):
            raise FileError(
                'it is an archive of several arrays; save the one to restore '
                'with numpy.save.'
            )
        # For anything else NumPy would advise to load it unsafely.
        if magic != np.lib.format.MAGIC_PREFIX:
            raise ValueError('not an NPY file')
        file.seek(0)
        try:
            data = np.load(file, allow_pickle=False)
        except ValueError as error:
            raise _in_words(error) from error
    return StoredImage(data, UNKNOWN * data.ndim)


def _in_words(error: ValueError) -> Exception:
    if 'Object arrays' in str(error):
        return FileError('it holds Python objects; save an array of numbers.')
    if 'max_header_size' in str(error):
        return ValueError('its header is too long')
    return error


def write_npy(file: BinaryIO, image: StoredImage) -> None:
    """Write the array, with its opacity, and nothing else."""
    data, _ = image.joined
    np.save(file, data, allow_pickle=False)

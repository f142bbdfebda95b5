"""NumPy's own format."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from napari_dip.files.errors import FileError
from napari_dip.files.stored import UNKNOWN, StoredImage


def read_npy(path: Path) -> StoredImage:
    """Read an array; objects are refused, since they could run code."""
    try:
        data = np.load(path, allow_pickle=False)
    except ValueError as error:
        if 'Object arrays' not in str(error):
            raise
        raise FileError(
            'it holds Python objects; save an array of numbers.'
        ) from error
    if not isinstance(data, np.ndarray):
        raise FileError(
            'it is an archive of several arrays; save the one to restore '
            'with numpy.save.'
        )
    return StoredImage(data, UNKNOWN * data.ndim)


def write_npy(file: BinaryIO, image: StoredImage) -> None:
    """Write the array and nothing else."""
    np.save(file, image.data, allow_pickle=False)

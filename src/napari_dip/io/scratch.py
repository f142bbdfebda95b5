"""Results that are too large for memory, in a folder that is cleaned up."""

from __future__ import annotations

import math
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from napari_dip.io.files.destinations import check_space
from napari_dip.io.ome_zarr import create_zarr


def create_scratch(shape: Sequence[int], letters: str) -> Any:
    """Make an array on disk that holds NaN, a plane in a piece.

    Its folder is removed once nobody holds the array any more, and in the
    end of the process.

    Parameters
    ----------
    shape : sequence of int
        Its shape.
    letters : str
        A letter for each axis.

    Raises
    ------
    FileError
        If zarr is not installed, or the disk has no room.

    Returns
    -------
    zarr array
        Float32, to be written to.
    """
    folder = Path(tempfile.mkdtemp(prefix='napari-dip-'))
    path = folder / 'result.ome.zarr'
    try:
        check_space(path, np.dtype(np.float32).itemsize * math.prod(shape))
        array = create_zarr(path, shape, letters)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(array, shutil.rmtree, folder, ignore_errors=True)
    return array

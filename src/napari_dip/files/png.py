"""PNG: grey, RGB and RGBA in whole numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import imageio.v3 as iio
import numpy as np

from napari_dip.files.errors import FileError
from napari_dip.files.layout import squeeze
from napari_dip.files.stored import StoredImage

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
# Bit depth and colour type are the 25th and 26th byte; colour types 2, 4 and 6
# have several samples a pixel.
_HEADER = 26
_SEVERAL_SAMPLES = (2, 4, 6)


def read_png(path: Path) -> StoredImage:
    """Read a picture.

    Raises
    ------
    FileError
        If it has 16 bits for each of several samples, which the decoder
        would silently cut to 8.
    ValueError
        If it is no PNG file.
    """
    with path.open('rb') as file:
        header = file.read(_HEADER)
    if not header.startswith(_SIGNATURE):
        # The decoder would read other formats too, by rules of its own.
        raise ValueError('not a PNG file')
    depth, colour_type = header[24:26].ljust(2, b'\0')
    if depth == 16 and colour_type in _SEVERAL_SAMPLES:
        raise FileError(
            'colour PNG with 16 bits a sample cannot be read in full; '
            'convert it to TIFF.'
        )
    data = np.asarray(iio.imread(path, extension='.png', plugin='pillow'))
    return StoredImage(data, 'YX' if data.ndim == 2 else 'YXS')


def write_png(file: BinaryIO, image: StoredImage) -> None:
    """Write a picture that :func:`check_png` has seen."""
    data, _ = squeeze(image.data, image.axes)
    iio.imwrite(file, data, extension='.png', plugin='pillow')


def check_png(axes: str, dtype: np.dtype[Any]) -> None:
    """Check that PNG can hold an image.

    Parameters
    ----------
    axes : str
        Its axes without those of length 1.
    dtype : dtype
        Its dtype.

    Raises
    ------
    FileError
        If not.
    """
    if axes not in ('YX', 'YXS'):
        raise FileError(
            f'PNG holds grey, RGB and RGBA only, not axes {axes}; choose '
            'a name that ends in .tif or .npy.'
        )
    if dtype not in (np.uint8, np.uint16):
        raise FileError(
            f'PNG holds uint8 and uint16 only, not {dtype}; choose a name '
            'that ends in .tif or .npy.'
        )
    if axes == 'YXS' and dtype == np.uint16:
        raise FileError(
            'colour PNG with 16 bits a sample cannot be written; choose a '
            'name that ends in .tif or .npy.'
        )

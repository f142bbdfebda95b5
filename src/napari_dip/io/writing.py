"""An image into a file of any known format."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from napari_dip.io.errors import FileError
from napari_dip.io.files.atomic import write_atomically
from napari_dip.io.formats import Format, format_of
from napari_dip.io.npy import write_npy
from napari_dip.io.png import check_png, write_png
from napari_dip.io.stored import StoredImage
from napari_dip.io.tiff.writing import check_tiff, write_tiff

# Texts of TIFF and OME-TIFF in words.
_WORDS = {
    'ImageDescription': 'the description',
    'Description': 'the description',
    'DateTime': 'the date',
    'AcquisitionDate': 'the date',
}

#: What a user can ask for.
DTYPES = ('float32', 'same')


def choose_dtype(
    path: Path, axes: str, source: np.dtype[Any], choice: str | None
) -> np.dtype[Any]:
    """Decide on the dtype of a result before it is made.

    Parameters
    ----------
    path : Path
        File to be written.
    axes : str
        Axes of the result without those of length 1, opacity among the
        samples.
    source : dtype
        Dtype of the image.
    choice : {'float32', 'same'} or None
        None is float32, but for PNG, which has no such thing, the dtype of
        the image.

    Raises
    ------
    FileError
        If the file's format cannot hold it.
    """
    format_ = format_of(path)
    if format_ is Format.JPEG:
        raise FileError(
            'JPEG would lose what was restored; write .tif or .png instead.'
        )
    if choice is None:
        choice = 'same' if format_ is Format.PNG else 'float32'
    dtype = np.dtype(np.float32)
    if choice == 'same':
        dtype = source.newbyteorder('=')
    if format_ is Format.PNG:
        check_png(axes, dtype)
    elif format_ is not Format.NPY:
        check_tiff(axes, dtype, as_ome=format_ is Format.OME_TIFF)
    return dtype


def keeps_pixel_size(path: Path) -> bool:
    """Whether the format of a file holds the size of a pixel."""
    return format_of(path) in (Format.TIFF, Format.OME_TIFF)


def lost(path: Path, image: StoredImage) -> tuple[str, ...]:
    """Name what the format of a file does not hold of an image."""
    if keeps_pixel_size(path):
        return ()
    names = ['the size of a pixel'] if image.pixel_size.physical else []
    said = {_WORDS[key] for key in image.details if key in _WORDS}
    if format_of(path) is Format.NPY:
        said |= {_WORDS.get(key, 'the other texts') for key in image.text}
    return (*names, *sorted(said))


def write_image(
    path: Path, image: StoredImage, *, overwrite: bool = False
) -> None:
    """Write an image, wholly or not at all.

    Raises
    ------
    FileError
        If the ending of the name is unknown.
    OSError
        If the system refuses; what was there before is still there.
    """
    format_ = format_of(path)
    write_atomically(
        path,
        lambda file: write_into(file, image, format_),
        overwrite=overwrite,
    )


def write_into(file: BinaryIO, image: StoredImage, format_: Format) -> None:
    """Write an image into a file that is open for writing."""
    if format_ is Format.PNG:
        write_png(file, image)
    elif format_ is Format.NPY:
        write_npy(file, image)
    else:
        write_tiff(file, image, as_ome=format_ is Format.OME_TIFF)

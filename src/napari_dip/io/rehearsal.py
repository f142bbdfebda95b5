"""A result is written in small before it is made."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from napari_dip.io.errors import FileError
from napari_dip.io.formats import Format, format_of
from napari_dip.io.pictures.pixel_size import PixelSize
from napari_dip.io.reading import DECODING_ERRORS
from napari_dip.io.stored import StoredImage
from napari_dip.io.tiff import ome
from napari_dip.io.writing import write_into

#: What encoders raise.
_PROBLEMS = (*DECODING_ERRORS, AttributeError, tifffile.OmeXmlError)


def check_writable(
    path: Path, image: StoredImage, dtype: np.dtype[Any]
) -> StoredImage:
    """Check that an image like one that was read can be written.

    What a file says about its pixels may be damaged, or more than another
    format takes. It must not cost the result.

    Parameters
    ----------
    path : Path
        File to be written.
    image : StoredImage
        As read.
    dtype : dtype
        What the result will have.

    Returns
    -------
    StoredImage
        Without the metadata that cannot be written, and with a note that
        says so.

    Raises
    ------
    FileError
        If the pixels themselves cannot be written, or their opacity would
        change.
    """
    if image.opacity is not None and not image.opacity.fits(dtype):
        raise FileError(
            f'{dtype} does not hold the opacity of INPUT; choose --dtype same.'
        )
    format_ = format_of(path)
    problem: Exception | None = None
    for candidate, left_out in _candidates(image):
        try:
            _rehearse(candidate, format_, dtype)
        except _PROBLEMS as error:
            problem = error
            continue
        if not left_out:
            return candidate
        note = f'{left_out} of the image cannot be written and is left out.'
        return replace(candidate, notes=(*candidate.notes, note))
    raise FileError(
        f'the image cannot be written as {format_.value} ({problem}); choose '
        'a name that ends in .npy.'
    ) from problem


def _candidates(image: StoredImage) -> Iterator[tuple[StoredImage, str]]:
    """Yield the image with less and less of its metadata."""
    yield image, ''
    yield replace(image, text={}), 'Description or date'
    yield replace(image, details={}), 'A part of the metadata'
    yield replace(image, pixel_size=PixelSize()), 'The pixel size'
    bare = replace(image, text={}, details={}, pixel_size=PixelSize())
    yield bare, 'The metadata'
    yield replace(bare, style='plain'), 'The metadata'


def _rehearse(
    image: StoredImage, format_: Format, dtype: np.dtype[Any]
) -> None:
    """Write a few pixels of each plane, and read them."""
    shape = [
        min(length, 2) if letter in 'YX' else length
        for length, letter in zip(image.data.shape, image.axes, strict=True)
    ]
    opacity = image.opacity
    if opacity is not None:
        letters = image.axes.replace('S', '')
        corner = tuple(slice(2) if x in 'YX' else slice(None) for x in letters)
        opacity = replace(opacity, values=opacity.values[corner])
    small = replace(image, data=np.zeros(shape, dtype), opacity=opacity)
    file = io.BytesIO()
    write_into(file, small, format_)
    if format_ in (Format.TIFF, Format.OME_TIFF):
        file.seek(0)
        with tifffile.TiffFile(file) as written:
            written.series[0].asarray()
            if written.is_ome and written.ome_metadata:
                ome.parse(written.ome_metadata)

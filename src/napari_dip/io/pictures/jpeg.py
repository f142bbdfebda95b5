"""JPEG: pictures that are read alone, and how they were compressed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_dip.io.errors import FileError
from napari_dip.io.pictures import orientation
from napari_dip.io.pictures.pixel_size import PixelSize
from napari_dip.io.stored import StoredImage

# Modes of Pillow without inks or tables of colours.
_MODES = ('L', 'RGB')


@dataclass(frozen=True, eq=False)
class Compression:
    """How a file holds its picture.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the picture.
    steps : (C, 8, 8) ndarray
        What each cosine coefficient was rounded to, in grey levels, rows
        first: of the brightness, and of two colours if there are any.
    sampling : tuple of int
        Rows and columns that share one value of a colour.
    """

    shape: tuple[int, int]
    steps: NDArray[np.float64]
    sampling: tuple[int, int]


def read_jpeg(path: Path) -> StoredImage:
    """Read a picture.

    Raises
    ------
    FileError
        If it is of inks or of too many pixels.
    OSError
        If it is no JPEG file, or damaged.
    """
    try:
        with Image.open(path, formats=['JPEG']) as picture:
            _check_mode(picture)
            data = np.asarray(picture)
            tag = picture.getexif().get(orientation.TAG)
    except Image.DecompressionBombError as error:
        raise FileError(
            'it has more pixels than are read from JPEG; save it as TIFF.'
        ) from error
    axes = 'YX' if data.ndim == 2 else 'YXS'
    data, _, turned = orientation.upright(data, axes, PixelSize(), tag)
    notes = (orientation.NOTE,) if turned else ()
    return StoredImage(data, axes, notes=notes)


def read_compression(path: Path) -> Compression:
    """Read how a picture was compressed.

    Raises
    ------
    FileError
        If it is turned by a tag, so that its blocks lie otherwise.
    OSError
        If it is no JPEG file, or damaged.
    """
    with Image.open(path, formats=['JPEG']) as picture:
        _check_mode(picture)
        if picture.getexif().get(orientation.TAG, 1) != 1:
            raise FileError(
                'its picture is to be shown turned, so that its blocks lie '
                'otherwise than in the file; leave it out.'
            )
        # Name, columns, rows and table of each component.
        parts = picture.layer  # type: ignore[attr-defined]
        tables = picture.quantization  # type: ignore[attr-defined]
        steps = [np.reshape(tables[part[3]], (8, 8)) for part in parts]
        (_, columns, rows, _), last = parts[0], parts[-1]
        sampling = rows // last[2], columns // last[1]
        return Compression(
            (picture.height, picture.width),
            np.stack(steps).astype(float),
            sampling,
        )


def _check_mode(picture: Image.Image) -> None:
    if picture.mode not in _MODES:
        raise FileError(
            f'it holds {picture.mode} and not grey or RGB; save it as one of '
            'these.'
        )

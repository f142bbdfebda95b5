"""PNG: grey and RGB in whole numbers, with opacity or without."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from napari_dip.io.errors import FileError
from napari_dip.io.layout import squeeze
from napari_dip.io.pictures import orientation
from napari_dip.io.pictures.opacity import split
from napari_dip.io.pictures.pixel_size import PixelSize
from napari_dip.io.png.chunks import PALETTE, SAMPLES, Header, check_png_file
from napari_dip.io.stored import StoredImage

_WITH_OPACITY = ('LA', 'RGBA')

#: Keywords of texts, by the names of the tags that TIFF has for them.
_KEYWORDS = {
    'DocumentName': 'Title',
    'ImageDescription': 'Description',
    'Artist': 'Author',
    'Copyright': 'Copyright',
    'DateTime': 'Creation Time',
}


def read_png(path: Path) -> StoredImage:
    """Read a picture.

    Raises
    ------
    FileError
        If it has 16 bits for each of several samples, which the decoder
        would silently cut to 8, several pictures, or fewer rows than it
        promises.
    ValueError
        If it is no PNG file.
    """
    header = check_png_file(path)
    _check_readable(header)
    try:
        with Image.open(path, formats=['PNG']) as picture:
            return _describe(picture, header)
    except Image.DecompressionBombError as error:
        raise FileError(
            f'{header.height} × {header.width} pixels are more than are read '
            'from PNG; save it as TIFF.'
        ) from error


def _check_readable(header: Header) -> None:
    if header.depth == 16 and SAMPLES[header.colour_type] > 1:
        raise FileError(
            'PNG with 16 bits for each of several samples cannot be read in '
            'full; convert it to TIFF.'
        )
    if header.animated:
        raise FileError(
            'it holds several pictures; save the one to use as a file of its '
            'own.'
        )


def _describe(picture: Image.Image, header: Header) -> StoredImage:
    transparent = picture.info.get('transparency')
    if header.colour_type == PALETTE:
        data = _look_up(picture, header, transparent is not None)
        with_opacity, transparent = transparent is not None, None
    else:
        data = np.asarray(picture)
        with_opacity = picture.mode in _WITH_OPACITY
    axes = 'YX' if data.ndim == 2 else 'YXS'
    tag = picture.getexif().get(orientation.TAG)
    data, _, turned = orientation.upright(data, axes, PixelSize(), tag)
    opacity, missing = None, _missing(data, transparent)
    if with_opacity:
        data, axes, opacity = split(data, axes, data.shape[-1] - 1)
    notes = [orientation.NOTE] if turned else []
    if missing is not None and missing.any():
        notes.append(
            f'Pixels of the colour {transparent} are transparent: they were '
            'read as missing.'
        )
    return StoredImage(
        data,
        axes,
        text=_read_text(picture),
        opacity=opacity,
        missing=missing,
        notes=tuple(notes),
    )


def _look_up(
    picture: Image.Image, header: Header, transparent: bool
) -> NDArray[Any]:
    """Replace numbers of colours by the colours."""
    if np.asarray(picture).max() >= header.colours:
        raise FileError(
            'pixels have numbers of colours that are not in its table; save '
            'it again as grey or RGB.'
        )
    return np.asarray(picture.convert('RGBA' if transparent else 'RGB'))


def _missing(data: NDArray[Any], transparent: Any) -> NDArray[np.bool_] | None:
    """Find the pixels of the one colour that is not shown."""
    if transparent is None:
        return None
    if data.ndim == 2:
        return np.asarray(data == transparent)
    where = (data == np.asarray(transparent)).all(axis=-1, keepdims=True)
    return np.broadcast_to(where, data.shape).copy()


def _read_text(picture: Image.Image) -> dict[str, str]:
    found = getattr(picture, 'text', {})
    return {
        name: str(found[key])
        for name, key in _KEYWORDS.items()
        if key in found
    }


def write_png(file: BinaryIO, image: StoredImage) -> None:
    """Write a picture that :func:`check_png` has seen."""
    data, _ = squeeze(*image.joined)
    text = PngInfo()
    for name, keyword in _KEYWORDS.items():
        if name in image.text:
            text.add_itxt(keyword, image.text[name])
    Image.fromarray(np.ascontiguousarray(data)).save(
        file, format='PNG', pnginfo=text
    )


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

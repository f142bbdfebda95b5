"""An image or a mask from a file of any known format."""

from __future__ import annotations

import stat
import struct
import tokenize
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_dip.io.errors import FileError, in_words
from napari_dip.io.formats import Format, format_of
from napari_dip.io.layout import squeeze
from napari_dip.io.npy import read_npy
from napari_dip.io.pictures.jpeg import read_jpeg
from napari_dip.io.pictures.masks import marked
from napari_dip.io.png import read_png
from napari_dip.io.stored import Choice, StoredImage
from napari_dip.io.tiff.reading import read_tiff

#: What decoders raise for damaged files, found by cutting off and changing
#: bytes of good ones.
DECODING_ERRORS = (
    ArithmeticError,
    AssertionError,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,  # of XML, and of PNG in Pillow
    TypeError,
    ValueError,
    struct.error,
    tifffile.TiffFileError,
    tokenize.TokenError,  # of the header of NPY
    zlib.error,
)

_READERS = {
    Format.PNG: read_png,
    Format.NPY: read_npy,
    Format.JPEG: read_jpeg,
}


def read_image(path: Path, choice: Choice | None = None) -> StoredImage:
    """Read the image of a file.

    Parameters
    ----------
    path : Path
        The file.
    choice : Choice or None
        Which image of several; None if its user has no way to choose.

    Raises
    ------
    FileError
        If the file is missing, damaged, of an unknown format, or holds
        something else than one image.
    """
    image = _read(path, choice)
    if image.indexed:
        raise FileError(
            'its pixels are numbers of colours in a table; save it as grey '
            'or RGB.'
        )
    image = _without_transparent(image)
    if image.missing is not None and image.missing.all():
        raise FileError(
            'every pixel is transparent or marked as no data; choose an '
            'image that shows something.'
        )
    return image


def read_mask(path: Path) -> NDArray[Any]:
    """Read a mask, nonzero where a pixel is missing.

    See :func:`~napari_dip.io.pictures.masks.marked`.

    Raises
    ------
    FileError
        As :func:`read_image`.
    """
    return marked(_read(path, None))


def read_repeats(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    """Read further frames of the field of an image.

    Parameters
    ----------
    path : Path
        File of one frame, or of a stack of them along its first axis. Axes
        of length 1 are left out.
    shape : tuple of int
        Shape of the image, without axes of length 1.

    Returns
    -------
    ndarray
        ``(frames, *shape)``.

    Raises
    ------
    FileError
        As :func:`read_image`, or if the frames have another shape.
    """
    image = read_image(path)
    data, _ = squeeze(image.masked, image.axes)
    if data.shape == shape:
        return data[np.newaxis]
    if data.shape[1:] != shape:
        raise FileError(
            f'its shape {data.shape} is not that of INPUT, {shape}, nor a '
            'stack of such frames; give another frame of the same field.'
        )
    return data


def _read(path: Path, choice: Choice | None) -> StoredImage:
    format_ = format_of(path)
    with explained(format_):
        if format_ in (Format.TIFF, Format.OME_TIFF):
            return read_tiff(path, choice)
        if choice is not None and choice.made:
            raise FileError(
                f'{format_.value} holds one image only; leave out --series '
                'and --page.'
            )
        return _READERS[format_](path)


def _without_transparent(image: StoredImage) -> StoredImage:
    """Take intensities for missing where nothing of them is seen."""
    if image.opacity is None or not image.opacity.transparent.any():
        return image
    hidden = image.opacity.transparent
    if 'S' in image.axes:
        hidden = np.expand_dims(hidden, image.axes.index('S'))
    hidden = np.broadcast_to(hidden, image.data.shape)
    if image.missing is not None:
        hidden = hidden | image.missing
    return replace(image, missing=hidden)


@contextmanager
def explained(format_: Format) -> Iterator[None]:
    """Turn what a decoder raises into a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileError('there is no such file; check the name.') from error
    except MemoryError as error:
        raise FileError(
            'there is not enough memory to read it; close other programs, '
            'or save a part of the image.'
        ) from error
    except OSError as error:
        if error.errno is None:
            raise _damaged(format_, error) from error
        raise FileError(
            f'it cannot be read: {in_words(error)}; check the file and its '
            'permissions.'
        ) from error
    except DECODING_ERRORS as error:
        if 'imagecodecs' in str(error):
            raise FileError(
                'its compression needs another package; run "pip install '
                'imagecodecs", or save the file without compression.'
            ) from error
        raise _damaged(format_, error) from error


def _damaged(format_: Format, error: Exception) -> FileError:
    detail = ' '.join(str(error).split()) or type(error).__name__
    return FileError(
        f'it cannot be read as {format_.value}: it is damaged, cut off or of '
        f'another format ({detail}); copy or save it again.'
    )


def check_source(path: Path) -> None:
    """Check that a file is one: a pipe or a device is waited for without end.

    Raises
    ------
    FileError
        If it is missing or something else.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise FileError('there is no such file; check the name.') from error
    except OSError as error:
        raise FileError(
            f'it cannot be read: {in_words(error)}; check the file and its '
            'permissions.'
        ) from error
    if not stat.S_ISREG(mode):
        kind = 'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'
        raise FileError(f'it is {kind}; give the name of a file.')

"""An image or a mask from a file of any known format."""

from __future__ import annotations

import struct
import tokenize
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_dip.files.errors import FileError, in_words
from napari_dip.files.formats import Format, format_of
from napari_dip.files.layout import settle, squeeze
from napari_dip.files.npy import read_npy
from napari_dip.files.png import read_png
from napari_dip.files.stored import StoredImage
from napari_dip.files.tiff_reading import read_tiff

_READERS: dict[Format, Callable[[Path], StoredImage]] = {
    Format.OME_TIFF: read_tiff,
    Format.TIFF: read_tiff,
    Format.PNG: read_png,
    Format.NPY: read_npy,
}

# What the decoders raise for damaged files, found by cutting off and
# changing bytes of good ones.
_DECODING_ERRORS = (
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


def read_image(path: Path) -> StoredImage:
    """Read the image of a file.

    Raises
    ------
    FileError
        If the file is missing, damaged, of an unknown format, or holds
        something else than one image.
    """
    with _explained(format_of(path)):
        image = _READERS[format_of(path)](path)
    if image.indexed:
        raise FileError(
            'its pixels are numbers of colours in a table; save it as grey '
            'or RGB.'
        )
    return image


def read_mask(path: Path) -> NDArray[Any]:
    """Read a mask, nonzero where a pixel is missing.

    Axes of length 1 are left out. Of a picture in colours, a pixel is
    missing where any of its colours is not zero, however opaque it is.

    Raises
    ------
    FileError
        As :func:`read_image`.
    """
    with _explained(format_of(path)):
        image = _READERS[format_of(path)](path)
    layout = settle(image)
    mask = layout.squeeze(image.data)
    axes = layout.restored_axes
    # Alpha is the second of two samples and the fourth of four.
    if image.axes[-1:] == 'S' == axes[-1:]:
        colours = mask.shape[-1] - (mask.shape[-1] in (2, 4))
        mask = (mask[..., :colours] != 0).any(axis=-1)
    return mask


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
    data, _ = squeeze(image.data, image.axes)
    if data.shape == shape:
        return data[np.newaxis]
    if data.shape[1:] != shape:
        raise FileError(
            f'its shape {data.shape} is not that of INPUT, {shape}, nor a '
            'stack of such frames; give another frame of the same field.'
        )
    return data


@contextmanager
def _explained(format_: Format) -> Iterator[None]:
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
    except _DECODING_ERRORS as error:
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

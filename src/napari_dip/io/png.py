"""PNG files, and whether one holds all the rows that its header promises."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
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
from napari_dip.io.stored import StoredImage

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
_PIECE = 1 << 20
#: Of a pixel, by the type of its colours.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# First row and column of each pass of interlacing (Adam7), and the steps.
_PASSES = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)

PALETTE = 3


@dataclass(frozen=True)
class Header:
    """What a PNG file promises.

    Parameters
    ----------
    width, height : int
        Pixels.
    depth : int
        Bits a sample.
    colour_type : int
        Which samples a pixel has.
    interlaced : bool
        Whether the rows come in seven passes.
    colours : int
        Entries of the palette.
    animated : bool
        Whether there are several pictures.
    """

    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: bool
    colours: int = 0
    animated: bool = False

    @property
    def num_bytes(self) -> int:
        """Bytes of all rows with their filter types, not compressed."""
        bits = self.depth * SAMPLES[self.colour_type]
        total = 0
        for row, column, down, along in (
            _PASSES if self.interlaced else ((0, 0, 1, 1),)
        ):
            rows = -(-(self.height - row) // down)
            columns = -(-(self.width - column) // along)
            if rows > 0 and columns > 0:
                total += rows * (1 + -(-columns * bits // 8))
        return total


def check_png_file(path: Path) -> Header:
    """Read a PNG file without decoding its pixels.

    A decoder would go on without a word where rows are missing.

    Raises
    ------
    FileError
        If a checksum is wrong, or rows or a palette are missing.
    ValueError
        If it is no PNG file.
    """
    with path.open('rb') as file:
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            # The decoder would read other formats too, by rules of its own.
            raise ValueError('not a PNG file')
        kinds: dict[bytes, bytes] = {}
        found = _Count()
        for kind, content in _chunks(file):
            if kind == b'IDAT':
                found.add(content)
            else:
                kinds.setdefault(kind, content)
    header = _header(kinds)
    if header.colour_type == PALETTE and not header.colours:
        raise FileError(
            'its pixels are numbers of colours, and the table of the colours '
            'is missing; save it again as grey or RGB.'
        )
    if found.size(header.num_bytes) < header.num_bytes:
        raise FileError(
            f'it promises {header.height} rows and holds fewer; copy or save '
            'it again.'
        )
    return header


def _header(kinds: dict[bytes, bytes]) -> Header:
    fields = struct.unpack('>IIBBBBB', kinds.get(b'IHDR', b''))
    width, height, depth, colour_type, _, _, interlaced = fields
    if colour_type not in SAMPLES:
        raise ValueError(f'unknown colour type {colour_type}')
    return Header(
        width,
        height,
        depth,
        colour_type,
        bool(interlaced),
        len(kinds.get(b'PLTE', b'')) // 3,
        b'acTL' in kinds,
    )


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the chunks, the checksums compared."""
    while True:
        start = file.read(8)
        if len(start) < 8:
            return
        length, kind = struct.unpack('>I4s', start)
        content = file.read(length)
        checksum = file.read(4)
        whole = len(checksum) == 4 and checksum == struct.pack(
            '>I', zlib.crc32(content, zlib.crc32(kind))
        )
        # The kinds that pixels depend on begin with a capital letter.
        if not whole and kind[:1].isupper() and kind != b'IEND':
            raise ValueError(f'checksum of {kind!r} is wrong')
        yield kind, content
        if kind == b'IEND':
            return


class _Count:
    """Counts the bytes that compressed pieces stand for."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Take a further piece."""
        self._pieces.append(piece)

    def size(self, enough: int) -> int:
        """Decompress until there is enough, and say how many bytes came."""
        decoder, total = zlib.decompressobj(), 0
        for piece in self._pieces:
            rest = piece
            while rest and total < enough:
                total += len(decoder.decompress(rest, _PIECE))
                rest = decoder.unconsumed_tail
        return total


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

"""Whether a PNG file holds all the rows that its header promises."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from napari_dip.io.errors import FileError

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

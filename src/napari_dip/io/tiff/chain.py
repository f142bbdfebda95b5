"""The chain of pages of a TIFF file."""

from __future__ import annotations

import struct
from pathlib import Path

from napari_dip.io.errors import FileError

# Of TIFF and BigTIFF: bytes of an offset, of a number of tags, and of a tag;
# and how the first two are packed.
_CLASSIC = (4, 2, 12, 'I', 'H')
_BIG = (8, 8, 20, 'Q', 'Q')
_VERSIONS = {42: _CLASSIC, 43: _BIG}


def check_chain(path: Path) -> None:
    """Check that the pages of a file do not lead back to an earlier one.

    Following such a chain would never end.

    Raises
    ------
    FileError
        If they do. All else that may be wrong is left to the decoder.
    """
    with path.open('rb') as file:
        start = file.read(16).ljust(16, b'\0')
        order = '<' if start[:2] == b'II' else '>'
        (version,) = struct.unpack_from(f'{order}H', start, 2)
        kind = _VERSIONS.get(version)
        if kind is None:
            return
        width, count_width, tag, offset_code, count_code = kind
        (offset,) = struct.unpack_from(f'{order}{offset_code}', start, width)
        seen: set[int] = set()
        while offset:
            if offset in seen:
                raise FileError(
                    'the file is damaged: its pages lead back to an earlier '
                    'one; copy or save it again.'
                )
            seen.add(offset)
            file.seek(offset)
            packed = file.read(count_width)
            if len(packed) < count_width:
                return
            (tags,) = struct.unpack(f'{order}{count_code}', packed)
            if tags > 1 << 16:
                return
            file.seek(tags * tag, 1)
            packed = file.read(width)
            if len(packed) < width:
                return
            (offset,) = struct.unpack(f'{order}{offset_code}', packed)

"""Nothing in a TIFF image is made up, and nothing comes from elsewhere."""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from napari_dip.io.errors import FileError
from napari_dip.io.tiff.no_data import has_no_data_tag


class _Losses(logging.Handler):
    """Collects what tifffile could not read and went on without."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def refuse(self) -> None:
        """Raise if there was any."""
        if self.messages:
            raise FileError(
                'the file is damaged or cut off (tifffile says: '
                f'{self.messages[0]}); copy or save it again.'
            )


@contextmanager
def no_loss() -> Iterator[Callable[[], None]]:
    """Refuse a file of which tifffile leaves a part out.

    Yields a function that does so at once, before pixels are read in vain.

    Raises
    ------
    FileError
        If tifffile reports an error and goes on.
    """
    logger, losses = logging.getLogger('tifffile'), _Losses()
    logger.addHandler(losses)
    try:
        yield losses.refuse
    finally:
        logger.removeHandler(losses)
    losses.refuse()


def check_pages(path: Path, pages: list[Any]) -> None:
    """Check that each plane of an image lies in its file.

    Parameters
    ----------
    path : Path
        The file.
    pages : list of TiffPage, TiffFrame or None
        Planes of the image.

    Raises
    ------
    FileError
        If tifffile would fill a part in, or read it from another folder.
    """
    absent = sum(page is None for page in pages)
    if absent:
        raise FileError(
            f'{absent} of the {len(pages)} planes that it promises are not '
            'in it; copy or save it again.'
        )
    folder = os.path.realpath(path.absolute().parent)
    for page in pages:
        if page.keyframe.dtype is None:
            raise FileError(
                'the file is damaged: its tags give the pixels '
                f'{page.keyframe.bitspersample} bits of a format that does '
                'not exist; save it again.'
            )
        if os.path.realpath(page.parent.filehandle.dirname) != folder:
            raise FileError(
                'a part of it lies in another folder, and such a file is '
                'not read; save the image as a single file.'
            )
        _check_segments(page)


def _check_segments(page: Any) -> None:
    """Refuse a page of which strips or tiles were never written."""
    if has_no_data_tag(page.keyframe):
        # They are read as missing.
        return
    empty = sum(
        offset == 0 or count == 0
        for offset, count in zip(
            page.dataoffsets, page.databytecounts, strict=False
        )
    )
    if empty:
        raise FileError(
            f'{empty} of its {len(page.dataoffsets)} strips or tiles were '
            'never written; copy or save it again.'
        )


def check_shape(data: Any, shape: tuple[int, ...]) -> None:
    """Check that an image has the shape that its file promises.

    Raises
    ------
    FileError
        If not.
    """
    if data.shape != tuple(shape) or 0 in data.shape:
        raise FileError(
            f'the file is damaged or cut off: it promises pixels of shape '
            f'{tuple(shape)} and holds {data.shape}; copy or save it again.'
        )


# Of TIFF and BigTIFF: bytes of an offset, of a number of tags, and of a tag;
# and how the first two are packed.
_VERSIONS = {42: (4, 2, 12, 'I', 'H'), 43: (8, 8, 20, 'Q', 'Q')}


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

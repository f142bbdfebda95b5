"""Which format a file name stands for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from napari_dip.io.errors import FileError


class Format(Enum):
    """Formats of files; the values are shown to people. JPEG is read alone."""

    OME_TIFF = 'OME-TIFF'
    TIFF = 'TIFF'
    PNG = 'PNG'
    NPY = 'NPY'
    JPEG = 'JPEG'


#: Endings of the format that is read alone.
JPEG = ('.jpg', '.jpeg')
#: Endings of file names; the longest that fits counts.
ENDINGS = {
    '.tif': Format.TIFF,
    '.tiff': Format.TIFF,
    '.ome.tif': Format.OME_TIFF,
    '.ome.tiff': Format.OME_TIFF,
    '.png': Format.PNG,
    '.npy': Format.NPY,
    **dict.fromkeys(JPEG, Format.JPEG),
}


def format_of(path: Path) -> Format:
    """Return the format that the ending of a file name stands for.

    Raises
    ------
    FileError
        If the ending is unknown.

    Examples
    --------
    >>> format_of(Path('cells.OME.TIF'))
    <Format.OME_TIFF: 'OME-TIFF'>
    """
    _, ending = split_ending(path)
    return ENDINGS[ending.lower()]


def split_ending(path: Path) -> tuple[str, str]:
    """Split a file name before the ending that stands for its format.

    Raises
    ------
    FileError
        If the ending is unknown.

    Examples
    --------
    >>> split_ending(Path('cells.day.2.ome.tif'))
    ('cells.day.2', '.ome.tif')
    """
    name = path.name.lower()
    fitting = [ending for ending in ENDINGS if name.endswith(ending)]
    if not fitting:
        raise FileError(
            f'the ending {path.suffix!r} is not known; use one of '
            f'{", ".join(ENDINGS)}.'
        )
    length = len(max(fitting, key=len))
    return path.name[:-length], path.name[-length:]

"""Which format a file name stands for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from napari_dip.files.errors import FileError


class Format(Enum):
    """Formats that are read and written; the values are shown to people."""

    OME_TIFF = 'OME-TIFF'
    TIFF = 'TIFF'
    PNG = 'PNG'
    NPY = 'NPY'


#: Endings of file names, the longer before those they end in.
ENDINGS = {
    '.ome.tif': Format.OME_TIFF,
    '.ome.tiff': Format.OME_TIFF,
    '.tif': Format.TIFF,
    '.tiff': Format.TIFF,
    '.png': Format.PNG,
    '.npy': Format.NPY,
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
    return ENDINGS[ending_of(path)]


def ending_of(path: Path) -> str:
    """Return the ending of a file name, in lower case.

    Raises
    ------
    FileError
        If it is unknown.
    """
    name = path.name.lower()
    for ending in ENDINGS:
        if name.endswith(ending):
            return ending
    raise FileError(
        f'the ending {path.suffix!r} is not known; use one of '
        f'{", ".join(ENDINGS)}.'
    )

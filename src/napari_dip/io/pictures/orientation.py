"""Pictures that a tag says are to be shown turned or mirrored."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags

from napari_dip.io.pictures.pixel_size import PixelSize

#: The tag, of TIFF and of EXIF.
TAG = int(ExifTags.Base.Orientation)
#: What a user is told when :func:`upright` has changed an image.
NOTE = (
    'The image was turned or mirrored as its orientation tag says, and is '
    'written so.'
)

# By the tag of TIFF and EXIF: whether rows and columns change places, and
# then whether the order of the rows and that of the columns is reversed.
_STEPS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def upright(
    data: NDArray[Any], axes: str, size: PixelSize, orientation: object
) -> tuple[NDArray[Any], PixelSize, bool]:
    """Show an image as its tag says.

    Parameters
    ----------
    data : ndarray
        The pixels.
    axes : str
        Their axes; the rows are Y, the columns X.
    size : PixelSize
        Size of a pixel.
    orientation : int
        Value of the tag; one that is unknown stands for 1.

    Returns
    -------
    data : ndarray
    size : PixelSize
    changed : bool
        Whether it was not upright.
    """
    steps = _STEPS.get(orientation) if isinstance(orientation, int) else None
    if steps is None or 'Y' not in axes or 'X' not in axes:
        return data, size, False
    transpose, rows, columns = steps
    y, x = axes.index('Y'), axes.index('X')
    if transpose:
        data = data.swapaxes(y, x)
        size = PixelSize(size.x, size.y, size.z)
    reversed_ = tuple(a for a, flip in ((y, rows), (x, columns)) if flip)
    return np.flip(data, reversed_), size, True

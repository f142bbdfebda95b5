"""An image as it lies in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from napari_dip.files.pixel_size import PixelSize

#: Letter of an axis that the file does not name.
UNKNOWN = 'Q'

Style = Literal['plain', 'imagej', 'ome']


@dataclass(frozen=True)
class StoredImage:
    """Pixels of a file with what it says about them.

    Parameters
    ----------
    data : ndarray
        The pixels, unchanged.
    axes : str
        A letter for each axis as tifffile writes them: Y and X for rows and
        columns, C for channels, S for the samples of a pixel such as red,
        green and blue, Z, T and others for a stack.
    pixel_size : PixelSize
        Where the file tells it.
    style : {'plain', 'imagej', 'ome'}
        How a TIFF file holds its metadata.
    details : dict
        Metadata that is carried over as it is, in the names of the style.
    inverted : bool
        Whether small values are shown bright.
    indexed : bool
        Whether the pixels are numbers of colours, and not intensities.
    """

    data: NDArray[Any]
    axes: str
    pixel_size: PixelSize = field(default_factory=PixelSize)
    style: Style = 'plain'
    details: dict[str, Any] = field(default_factory=dict)
    inverted: bool = False
    indexed: bool = False

"""Real micrographs to try each restoration on.

Each function returns layers as napari takes them from a sample data command:
a list of ``(data, attributes, layer type)``. SOURCES.md beside this file says
who made the images, under which licence, and what was changed.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import tifffile

if TYPE_CHECKING:
    import numpy as np

    LayerData = tuple[np.ndarray, dict[str, Any], str]

__all__ = [
    'cells',
    'histology',
    'nuclei',
    'scratched_membranes',
    'strontium_titanate',
]


def nuclei() -> list[LayerData]:
    """Fluorescent nuclei with visible noise, to denoise.

    Returns
    -------
    list of one image layer, uint16 of shape (512, 512)

    Examples
    --------
    >>> from napari_dip.samples import nuclei
    >>> [(image, attributes, kind)] = nuclei()
    >>> image.shape, image.dtype.name
    ((512, 512), 'uint16')
    """
    return [_image('nuclei', contrast_limits=(0, 130))]


def scratched_membranes() -> list[LayerData]:
    """Cell membranes under a painted scratch and a blotch, to inpaint.

    The damaged pixels of the image are saturated, as a scratch and a fleck
    of dust would leave them.

    Returns
    -------
    list of one image layer, uint16 of shape (256, 256), and one labels layer
    of the same shape: 0 intact, 1 scratch, 2 blotch
    """
    image, attributes, kind = _image('membranes', contrast_limits=(130, 2600))
    labels = _read('membranes_damage')
    # Of a camera of 12 bits.
    image[labels > 0] = 2**12 - 1
    return [
        (image, {**attributes, 'name': 'scratched membranes'}, kind),
        (labels, {'name': 'damage'}, 'labels'),
    ]


def cells() -> list[LayerData]:
    """Cells that are small on the detector, to super-resolve.

    Returns
    -------
    list of one image layer, uint16 of shape (128, 128)
    """
    return [_image('cells', contrast_limits=(180, 1200))]


def histology() -> list[LayerData]:
    """Stained section of colonic glands, in colour, to denoise.

    Returns
    -------
    list of one RGB image layer, uint8 of shape (512, 512, 3)
    """
    return [_image('histology', rgb=True)]


def strontium_titanate() -> list[LayerData]:
    """Atomic columns on an offset of 33,000 counts, to denoise.

    All structure of this electron micrograph lies in 1,053 counts on top of
    the offset.

    Returns
    -------
    list of one image layer, uint16 of shape (512, 512)
    """
    return [_image('strontium_titanate', contrast_limits=(33300, 34050))]


def _image(name: str, **attributes: Any) -> LayerData:
    readable = name.replace('_', ' ')
    return _read(name), {'name': readable, **attributes}, 'image'


def _read(name: str) -> np.ndarray:
    with as_file(files(__name__) / f'{name}.tif') as path:
        return tifffile.imread(path)

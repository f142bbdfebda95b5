"""TIFF, ImageJ TIFF and OME-TIFF out."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import DTypeLike, NDArray

from napari_dip.io.errors import FileError
from napari_dip.io.layout import COLOURS, squeeze
from napari_dip.io.pictures.pixel_size import PixelSize
from napari_dip.io.stored import StoredImage
from napari_dip.io.tiff import ome

_OME_DTYPES = ('b1', 'i1', 'i2', 'i4', 'u1', 'u2', 'u4', 'f4', 'f8')
_TIFF_DTYPES = (*_OME_DTYPES, 'i8', 'u8', 'f2')
_IMAGEJ_DTYPES = ('u1', 'u2', 'f4')
_HYPERSTACK = 'TZCYXS'


def write_tiff(file: BinaryIO, image: StoredImage, *, as_ome: bool) -> None:
    """Write an image in the style it has, or as OME-TIFF.

    Parameters
    ----------
    file : binary file
        Empty and open for writing.
    image : StoredImage
        What to write.
    as_ome : bool
        Whether the name of the file promises OME-TIFF.
    """
    if as_ome or (image.style == 'ome' and _can_be(image, _OME_DTYPES)):
        _write_ome(file, image)
    elif image.style == 'imagej' and _can_be_imagej(image):
        _write_imagej(file, image)
    else:
        _write_plain(file, image)


def check_tiff(axes: str, dtype: np.dtype[Any], *, as_ome: bool) -> None:
    """Check that TIFF can hold an image.

    Parameters
    ----------
    axes : str
        Its axes.
    dtype : dtype
        Its dtype.
    as_ome : bool
        Whether it is to be OME-TIFF.

    Raises
    ------
    FileError
        If not.
    """
    known = _code(dtype) in (_OME_DTYPES if as_ome else _TIFF_DTYPES)
    # Colours of one bit are written, but hardly any program reads them.
    if known and not ('S' in axes and dtype.kind == 'b'):
        return
    name = 'OME-TIFF' if as_ome else 'TIFF'
    raise FileError(
        f'{name} does not hold {dtype} with axes {axes}; choose --dtype '
        'float32, or a name that ends in .npy.'
    )


def _code(dtype: DTypeLike) -> str:
    dtype = np.dtype(dtype)
    return f'{dtype.kind}{dtype.itemsize}'


def _can_be(image: StoredImage, dtypes: tuple[str, ...]) -> bool:
    return _code(image.data.dtype) in dtypes


def _can_be_imagej(image: StoredImage) -> bool:
    """Whether ImageJ would open the file: its colours are 8-bit only."""
    if image.opacity is not None:
        return False
    dtypes = ('u1',) if 'S' in image.axes else _IMAGEJ_DTYPES
    return _can_be(image, dtypes) and set(image.axes) <= set(_HYPERSTACK)


def _write_ome(file: BinaryIO, image: StoredImage) -> None:
    data, axes = _in_order(*image.joined)
    details, text = image.details, image.text
    if image.style != 'ome':
        details, text = {}, dict(text)
        if 'ImageDescription' in text:
            details['Description'] = text.pop('ImageDescription')
    _write(
        file,
        data,
        axes,
        ome=True,
        metadata={**details, **ome.describe_size(image.pixel_size)}
        | {'axes': axes},
        **_text(text),
        **_samples(data, axes, image),
    )


def _write_imagej(file: BinaryIO, image: StoredImage) -> None:
    details = {
        key: _escape(value) if 'unit' in key else value
        for key, value in image.details.items()
    }
    size = image.pixel_size
    if size.z:
        details['spacing'] = size.z.value
    _write(
        file,
        image.data,
        image.axes,
        imagej=True,
        resolution=_resolution(size),
        resolutionunit='NONE',
        metadata={**details, 'axes': image.axes},
        **_text(image.text),
        **_samples(image.data, image.axes, image),
    )


def _write_plain(file: BinaryIO, image: StoredImage) -> None:
    data, axes = image.joined
    resolution, unit = _resolution_tags(image.pixel_size)
    text = dict(image.text)
    description = text.pop('ImageDescription', None)
    _write(
        file,
        data,
        axes,
        resolution=resolution,
        resolutionunit=unit,
        description=None if description is None else description.encode(),
        metadata={'axes': axes},
        **_text(text),
        **_samples(data, axes, image),
    )


def _write(file: BinaryIO, data: Any, axes: str, **told: Any) -> None:
    """Write pixels; of a lazy array a page after another."""
    if isinstance(data, np.ndarray):
        tifffile.imwrite(file, data, **told)
        return
    lead = data.shape[: -3 if 'S' in axes else -2]
    pages = (np.asarray(data[place]) for place in np.ndindex(lead))
    told |= {'shape': data.shape, 'dtype': data.dtype}
    tifffile.imwrite(file, pages, **told)


def _text(text: dict[str, str]) -> dict[str, Any]:
    """Write texts as tags, in the encoding that tifffile reads first."""
    return {
        'extratags': [
            (name, 's', 0, value.encode(), True)
            for name, value in text.items()
        ]
    }


def _in_order(data: NDArray[Any], axes: str) -> tuple[NDArray[Any], str]:
    """Bring axes to an order that OME allows: channels before the plane."""
    if not set(axes) <= set(_HYPERSTACK):
        data, axes = squeeze(data, axes)
    if 'C' in axes and axes.index('C') > axes.index('Y'):
        place = axes.index('C')
        data = np.moveaxis(data, place, axes.index('Y'))
        axes = axes.replace('C', '').replace('Y', 'CY')
    return data, axes


def _samples(
    data: NDArray[Any], axes: str, image: StoredImage
) -> dict[str, Any]:
    """Say how the samples of a pixel are to be shown and stored."""
    if 'S' not in axes:
        photometric = 'miniswhite' if image.inverted else 'minisblack'
        return {'photometric': photometric}
    place, opacity = axes.index('S'), image.opacity
    samples = data.shape[place]
    intensities = samples - (opacity is not None)
    shown = 3 if intensities in COLOURS else 1
    kinds = ['unspecified'] * (samples - shown)
    if opacity is not None:
        kind = 'assocalpha' if opacity.associated else 'unassalpha'
        kinds[opacity.place - shown] = kind
    return {
        'photometric': 'rgb' if shown == 3 else 'minisblack',
        'planarconfig': 'contig' if place == len(axes) - 1 else 'separate',
        'extrasamples': kinds or None,
    }


def _resolution(size: PixelSize) -> tuple[float, float]:
    """Pixels a unit, columns first; 1 where not known."""
    return tuple(  # type: ignore[return-value]
        1 / side.value if side else 1.0 for side in (size.x, size.y)
    )


def _resolution_tags(size: PixelSize) -> tuple[tuple[float, float], str]:
    """Pixels a unit and the unit, of those that plain TIFF knows."""
    if not size.physical:
        return _resolution(size), 'NONE'
    if all(side is None or side.unit == 'in' for side in (size.x, size.y)):
        return _resolution(size), 'INCH'
    return _resolution(_in_centimetres(size)), 'CENTIMETER'


def _in_centimetres(size: PixelSize) -> PixelSize:
    return PixelSize(
        size.y and size.y.in_centimetres(), size.x and size.x.in_centimetres()
    )


def _escape(text: object) -> str:
    r"""Spell what ASCII lacks as ImageJ does, such as ``\u00B5m``."""
    return ''.join(c if c.isascii() else f'\\u{ord(c):04X}' for c in str(text))

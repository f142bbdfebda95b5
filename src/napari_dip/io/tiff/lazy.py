"""A TIFF file of many planes, read as far as it is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tifffile

from napari_dip.io.errors import FileError
from napari_dip.io.formats import Format
from napari_dip.io.ome_zarr import ZarrImage, in_planes, open_node
from napari_dip.io.pictures import orientation
from napari_dip.io.pictures.pixel_size import PixelSize
from napari_dip.io.reading import explained
from napari_dip.io.stored import StoredImage
from napari_dip.io.tiff import ome
from napari_dip.io.tiff.checks import check_pages, no_loss
from napari_dip.io.tiff.metadata import read_metadata, read_text, style_of
from napari_dip.io.tiff.no_data import has_no_data_tag

_WORDS = {
    'µm': 'micrometer',
    'nm': 'nanometer',
    'mm': 'millimeter',
    'cm': 'centimeter',
    'm': 'meter',
    'pm': 'picometer',
    'in': 'inch',
    'Å': 'angstrom',
}


def open_tiff(path: Path) -> StoredImage:
    """Open the image of a TIFF file without reading its pixels.

    Returns
    -------
    StoredImage
        Whose pixels are a dask array in pieces of a plane.

    Raises
    ------
    FileError
        If there is none, or not one alone.
    """
    with explained(Format.TIFF):
        with no_loss() as refuse, tifffile.TiffFile(path) as file:
            full = [s for s in file.series if not s.keyframe.is_reduced]
            if len(full) != 1:
                raise FileError(
                    f'it holds {len(full)} images; save the one to restore '
                    'as a file of its own.'
                )
            [series] = full
            number = file.series.index(series)
            check_pages(path, list(series.pages))
            _check_plain(series.keyframe)
            page, style = series.keyframe, style_of(file)
            size, details = read_metadata(file, page, number)
            text = read_text(page, style)
            refuse()
        store = tifffile.imread(path, series=number, level=0, aszarr=True)
    return StoredImage(
        in_planes(open_node(store), series.axes),
        series.axes,
        size,
        style,
        details,
        text,
        inverted=page.photometric == tifffile.PHOTOMETRIC.MINISWHITE,
    )


def as_zarr(image: StoredImage) -> ZarrImage:
    """Say of an image what OME-Zarr says."""
    axes, transforms = describe_axes(image.axes, image.pixel_size)
    channels = ome.describe_channels(image.details)
    return ZarrImage(image.data, axes, transforms, channels)


def _check_plain(page: Any) -> None:
    """Refuse what only a whole image is read with."""
    palette = page.photometric == tifffile.PHOTOMETRIC.PALETTE
    turned = page.tags.valueof(orientation.TAG) not in (None, 1)
    if palette or turned or has_no_data_tag(page):
        raise FileError(
            'it has a colour table, is turned, or says which values are no '
            'data: planes of such a file are not read one by one; give an '
            'OUTPUT that is TIFF too.'
        )


def describe_axes(
    letters: str, size: PixelSize
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Return axes and transforms as OME-Zarr has them."""
    lengths = {'Z': size.z, 'Y': size.y, 'X': size.x}
    axes, scale = [], []
    for letter in letters:
        length = lengths.get(letter)
        unit = length.ome_unit() if length is not None else None
        axes.append({'name': letter.lower()})
        if length is None or unit is None:
            scale.append(1.0)
        else:
            axes[-1]['unit'] = _WORDS[unit]
            scale.append(length.value)
    return tuple(axes), ({'type': 'scale', 'scale': scale},)

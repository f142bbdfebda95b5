"""What a TIFF file says about its pixels."""

from __future__ import annotations

from typing import Any

import tifffile

from napari_dip.io.pictures.pixel_size import (
    RELATIVE,
    Length,
    PixelSize,
    length,
)
from napari_dip.io.stored import Style
from napari_dip.io.tiff import ome
from napari_dip.io.tiff.microscopes import find_pixel_size

#: Names of tags with a text that is carried over.
TEXT_TAGS = (
    'DocumentName',
    'ImageDescription',
    'Make',
    'Model',
    'PageName',
    'DateTime',
    'Artist',
    'HostComputer',
    'Copyright',
)

# What ImageJ needs to show the result as it showed the image; regions and
# overlays are left out, since they would not fit an enlarged image.
_IMAGEJ_DETAILS = (
    'Info',
    'LUTs',
    'Labels',
    'Ranges',
    'max',
    'min',
    'mode',
    'unit',
    'yunit',
    'zunit',
)
# How tifffile begins what it writes as a description.
_SHAPED = ('{"shape":', 'shape=')
_RESOLUTION_UNITS = {
    tifffile.RESUNIT.INCH: 'in',
    tifffile.RESUNIT.CENTIMETER: 'cm',
}

# Of the details, those that are true of a single plane as well.
_OF_A_PLANE = {
    'ome': ('Name', 'Description', 'AcquisitionDate'),
    'imagej': ('Info', 'unit', 'yunit', 'zunit'),
    'plain': (),
}


def style_of(file: tifffile.TiffFile) -> Style:
    """Return how a file holds its metadata."""
    if file.is_ome:
        return 'ome'
    return 'imagej' if file.is_imagej else 'plain'


def read_metadata(
    file: tifffile.TiffFile, page: Any, series: int
) -> tuple[PixelSize, dict[str, Any]]:
    """Read pixel size and details.

    Parameters
    ----------
    file : TiffFile
        The file.
    page : TiffPage
        First page of the image.
    series : int
        Which image of the file it is.

    Returns
    -------
    size : PixelSize
    details : dict
        In the names of the style.
    """
    if file.is_ome and file.ome_metadata:
        return ome.parse(file.ome_metadata, series)
    if file.is_imagej and file.imagej_metadata:
        return _imagej(file.imagej_metadata, page)
    unit = _RESOLUTION_UNITS.get(page.resolutionunit, RELATIVE)
    return find_pixel_size(page.tags) or _resolution(page, unit, unit), {}


def of_a_plane(details: dict[str, Any], style: Style) -> dict[str, Any]:
    """Keep the details that are true of a single plane."""
    return {k: details[k] for k in _OF_A_PLANE[style] if k in details}


def read_text(page: Any, style: Style) -> dict[str, str]:
    """Read description, date and the like, by the names of their tags."""
    found: dict[str, str] = {}
    for name in TEXT_TAGS:
        for tag in page.tags.getall(name, default=[]):
            text = tag.value
            if not isinstance(text, str) or not text.strip():
                continue
            if name == 'ImageDescription' and _is_metadata(text, style):
                continue
            found.setdefault(name, text)
    return found


def _is_metadata(description: str, style: Style) -> bool:
    """Whether a description is what details and axes are read from."""
    return style != 'plain' or description.startswith(_SHAPED)


def _imagej(
    metadata: dict[str, Any], page: Any
) -> tuple[PixelSize, dict[str, Any]]:
    unit = str(metadata.get('unit', RELATIVE))
    size = _resolution(page, str(metadata.get('yunit', unit)), unit)
    depth = length(metadata.get('spacing'), str(metadata.get('zunit', unit)))
    details = {k: metadata[k] for k in _IMAGEJ_DETAILS if k in metadata}
    if isinstance(details.get('Labels'), str):
        # tifffile gives a single one bare, and takes lists only.
        details['Labels'] = [details['Labels']]
    return PixelSize(size.y, size.x, depth), details


def _resolution(page: Any, unit_y: str, unit_x: str) -> PixelSize:
    """Read the tags that count pixels a unit."""
    return PixelSize(
        _distance(page.tags.valueof(283), unit_y),
        _distance(page.tags.valueof(282), unit_x),
    )


def _distance(pixels_a_unit: object, unit: str) -> Length | None:
    """Return the side of a pixel; None if the fraction is not one."""
    try:
        pixels, units = map(float, pixels_a_unit)  # type: ignore[call-overload]
        return length(units / pixels, unit)
    except (TypeError, ValueError, ZeroDivisionError):
        return None

"""Metadata of OME-TIFF."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from napari_dip.io.pictures.pixel_size import Length, PixelSize, length

_DEFAULT_UNIT = 'µm'
_CHANNEL = (
    'Name',
    'Color',
    'Fluor',
    'EmissionWavelength',
    'EmissionWavelengthUnit',
    'ExcitationWavelength',
    'ExcitationWavelengthUnit',
)
_TEXT = ('AcquisitionDate', 'Description')
_PIXELS = ('TimeIncrement', 'TimeIncrementUnit')


def parse(xml: str, number: int = 0) -> tuple[PixelSize, dict[str, Any]]:
    """Read pixel size and what tifffile can write again.

    Parameters
    ----------
    xml : str
        OME-XML of a file.
    number : int
        Which of its images.

    Returns
    -------
    size : PixelSize
        With the units of the file.
    details : dict
        In the names that `tifffile.imwrite` takes.
    """
    images = ElementTree.fromstring(xml).findall('{*}Image')
    image = images[number] if number < len(images) else None
    pixels = None if image is None else image.find('{*}Pixels')
    if image is None or pixels is None:
        return PixelSize(), {}
    details: dict[str, Any] = _present(image, ('Name',))
    details |= _present(pixels, _PIXELS)
    for key in _TEXT:
        text = image.findtext(f'{{*}}{key}')
        if text:
            details[key] = text
    channels = _channels(pixels.findall('{*}Channel'))
    if channels:
        details['Channel'] = channels
    return _size(pixels), details


def describe_size(size: PixelSize) -> dict[str, Any]:
    """Write a pixel size in the names that `tifffile.imwrite` takes."""
    described: dict[str, Any] = {}
    for letter, side in (('X', size.x), ('Y', size.y), ('Z', size.z)):
        unit = _unit(side)
        if side and unit:
            described[f'PhysicalSize{letter}'] = side.value
            described[f'PhysicalSize{letter}Unit'] = unit
    return described


def _unit(side: Length | None) -> str | None:
    """Return a unit of OME; one it does not know is kept as it stands."""
    if side is None or side.unit in ('', 'pixel'):
        return None
    return side.ome_unit() or side.unit


def _size(pixels: ElementTree.Element) -> PixelSize:
    sides = {
        letter.lower(): length(
            pixels.get(f'PhysicalSize{letter}'),
            pixels.get(f'PhysicalSize{letter}Unit', _DEFAULT_UNIT),
        )
        for letter in 'XYZ'
    }
    return PixelSize(**sides)


def _channels(
    channels: list[ElementTree.Element],
) -> dict[str, list[str]]:
    """Collect the attributes that every channel has."""
    return {
        key: [channel.attrib[key] for channel in channels]
        for key in _CHANNEL
        if channels and all(key in channel.attrib for channel in channels)
    }


def _present(
    element: ElementTree.Element, keys: tuple[str, ...]
) -> dict[str, str]:
    return {key: element.attrib[key] for key in keys if key in element.attrib}

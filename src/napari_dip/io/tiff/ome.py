"""Metadata of OME-TIFF."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from xml.etree import ElementTree

from napari_dip.io.errors import FileError
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


def describe_channels(details: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return names and colours of channels as OME-Zarr has them.

    Examples
    --------
    >>> describe_channels({'Channel': {'Name': ['DAPI'], 'Color': ['65535']}})
    ({'label': 'DAPI', 'color': '0000FF', 'active': True},)
    """
    told = details.get('Channel', {})
    names, colours = told.get('Name', []), told.get('Color', [])
    number = max(len(names), len(colours))
    names = names or [f'channel {n}' for n in range(number)]
    # Red, green, blue and opacity in a signed number; white without one.
    colours = [int(one) & 0xFFFFFFFF for one in colours or ['-1'] * number]
    return tuple(
        {'label': name, 'color': f'{colour >> 8:06X}', 'active': True}
        for name, colour in zip(names, colours, strict=True)
    )


def store_channels(channels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write names and colours of OME-Zarr as `tifffile.imwrite` takes them.

    Examples
    --------
    >>> store_channels([{'label': 'DAPI', 'color': '0000FF'}])
    {'Channel': {'Name': ['DAPI'], 'Color': ['65535']}}
    """
    names = [
        str(one.get('label', f'channel {n}')) for n, one in enumerate(channels)
    ]
    colours = []
    for one in channels:
        colour = str(one.get('color', ''))
        told = re.fullmatch('[0-9a-fA-F]{6}', colour)
        number = int(colour if told else 'FFFFFF', 16) << 8 | 0xFF
        # The number of OME has a sign.
        colours.append(str(number - (number >> 31 << 32)))
    return {'Channel': {'Name': names, 'Color': colours}}


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


def check_companions(path: Path, xml: str) -> None:
    """Check the files that the metadata of a file would bring in.

    Parameters
    ----------
    path : Path
        The file.
    xml : str
        Its OME-XML.

    Raises
    ------
    FileError
        If one lies in another folder, or is not there.
    """
    names = _companions(path, ElementTree.fromstring(xml))
    for name in names:
        if not _is_beside(path, name):
            raise FileError(
                f'it names {name!r} as a part of it, which is not in its own '
                'folder; such a file is not opened. Save the image as a '
                'single file.'
            )
    missing = [n for n in names if not path.with_name(n).is_file()]
    if missing:
        raise FileError(
            f'it is one of a set of files, of which {_list(missing)} '
            f'{"is" if len(missing) == 1 else "are"} missing; put '
            f'{"it" if len(missing) == 1 else "them"} into the same folder.'
        )


def metadata_file(xml: str) -> str | None:
    """Name the file that holds the metadata of the set, if not this one."""
    element = ElementTree.fromstring(xml).find('{*}BinaryOnly')
    return None if element is None else element.get('MetadataFile', 'another')


def _companions(path: Path, root: ElementTree.Element) -> list[str]:
    """List the files that tifffile would open beside this one."""
    own = root.get('UUID')
    names = []
    for element in root.iterfind('{*}Image/{*}Pixels/{*}TiffData/{*}UUID'):
        name = element.get('FileName')
        if name is None or element.text == own:
            continue
        if name.lower() != path.name.lower() and name not in names:
            names.append(name)
    return names


def _is_beside(path: Path, name: str) -> bool:
    """Whether a name stands for a file of the same folder, links followed."""
    plain = (PurePosixPath(name).name, PureWindowsPath(name).name)
    if plain != (name, name) or name in ('.', '..') or '\0' in name:
        return False
    folder = Path(os.path.realpath(path.with_name(name))).parent
    own = (os.path.realpath(path.parent), os.path.realpath(path))
    return folder in (Path(own[0]), Path(own[1]).parent)


def _list(names: list[str]) -> str:
    shown = ', '.join(repr(name) for name in names[:3])
    return shown if len(names) <= 3 else f'{shown} and {len(names) - 3} more'

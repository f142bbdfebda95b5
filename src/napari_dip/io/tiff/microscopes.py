"""Pixel sizes in the tags of microscope makers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari_dip.io.pictures.pixel_size import PixelSize, length


def _fei(tag: dict[str, Any]) -> PixelSize:
    for section in ('Scan', 'EScan', 'IScan'):
        found = tag.get(section, {})
        if 'PixelWidth' in found:
            return PixelSize(
                length(found.get('PixelHeight'), 'm'),
                length(found['PixelWidth'], 'm'),
            )
    return PixelSize()


def _zeiss_sem(tag: dict[str, Any]) -> PixelSize:
    for key in ('ap_image_pixel_size', 'ap_pixel_size'):
        _, value, unit = (*tag.get(key, ()), None, '', '')[:3]
        side = length(value, str(unit))
        if side:
            return PixelSize(side, side)
    return PixelSize()


def _olympus_sis(tag: dict[str, Any]) -> PixelSize:
    return PixelSize(
        length(tag.get('pixelsizey'), 'm'), length(tag.get('pixelsizex'), 'm')
    )


_READERS: dict[int, Callable[[dict[str, Any]], PixelSize]] = {
    34680: _fei,
    34682: _fei,
    34118: _zeiss_sem,
    33560: _olympus_sis,
}


#: What a user is told of these tags.
NOTE = 'Settings of the microscope that are in tags of its maker are not kept.'


def has_settings(tags: Any) -> bool:
    """Whether there is a tag of a microscope maker."""
    return any(code in tags for code in _READERS)


def find_pixel_size(tags: Any) -> PixelSize | None:
    """Look for a pixel size in the tags of microscope makers.

    Parameters
    ----------
    tags : tifffile.TiffTags
        Tags of a page.

    Returns
    -------
    PixelSize or None
        None if no such tag is there; without sides where it says nothing.
    """
    for code, read in _READERS.items():
        value = tags.valueof(code)
        if isinstance(value, dict):
            return read(value)
    return None

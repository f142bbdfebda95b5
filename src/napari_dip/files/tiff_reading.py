"""TIFF, ImageJ TIFF and OME-TIFF in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tifffile

from napari_dip.files import ome
from napari_dip.files.errors import FileError
from napari_dip.files.pixel_size import RELATIVE, PixelSize, length
from napari_dip.files.stored import StoredImage, Style

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
_RESOLUTION_UNITS = {2: 'in', 3: 'cm'}


def read_tiff(path: Path) -> StoredImage:
    """Read the image of a TIFF file, with its axes and pixel size.

    Raises
    ------
    FileError
        If it holds several images or only part of one.
    """
    with _no_loss(), tifffile.TiffFile(path) as file:
        _check_single(file)
        series = file.series[0]
        data = series.asarray()
        page, style = file.pages.first, _style(file)
        size, details = _metadata(file, page)
        # ImageJ and OME give intensities a colour table to show them in.
        palette = page.photometric == tifffile.PHOTOMETRIC.PALETTE
        return StoredImage(
            data,
            series.axes,
            size,
            style,
            details,
            inverted=page.photometric == tifffile.PHOTOMETRIC.MINISWHITE,
            indexed=palette and style == 'plain',
        )


class _Losses(logging.Handler):
    """Collects what tifffile could not read and went on without."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _no_loss() -> Iterator[None]:
    """Refuse a file of which tifffile leaves a part out."""
    logger, losses = logging.getLogger('tifffile'), _Losses()
    logger.addHandler(losses)
    try:
        yield
    finally:
        logger.removeHandler(losses)
    if losses.messages:
        raise FileError(
            'the file is damaged or cut off (tifffile says: '
            f'{losses.messages[0]}); copy or save it again.'
        )


def _check_single(file: tifffile.TiffFile) -> None:
    if len(file.series) != 1:
        raise FileError(
            f'it holds {len(file.series)} images of different kinds; save '
            'the one to restore as a file of its own.'
        )


def _style(file: tifffile.TiffFile) -> Style:
    if file.is_ome:
        return 'ome'
    return 'imagej' if file.is_imagej else 'plain'


def _metadata(
    file: tifffile.TiffFile, page: Any
) -> tuple[PixelSize, dict[str, Any]]:
    if file.is_ome and file.ome_metadata:
        return ome.parse(file.ome_metadata)
    if file.is_imagej and file.imagej_metadata:
        return _imagej(file.imagej_metadata, page)
    unit = _RESOLUTION_UNITS.get(int(page.resolutionunit), RELATIVE)
    return _resolution(page, unit, unit), {}


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
    if 'XResolution' not in page.tags or 'YResolution' not in page.tags:
        return PixelSize()
    columns, rows = page.resolution
    return PixelSize(
        rows and length(1 / rows, unit_y),
        columns and length(1 / columns, unit_x),
    )

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_dip.files.errors import FileError
from napari_dip.files.pixel_size import Length, PixelSize
from napari_dip.files.tiff_reading import read_tiff

PLANE = np.arange(12 * 10, dtype=np.uint16).reshape(12, 10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'a.tif'


@pytest.mark.parametrize(
    ('unit', 'letter'), [('INCH', 'in'), ('CENTIMETER', 'cm'), ('NONE', '')]
)
def test_plain(path: Path, unit: str, letter: str) -> None:
    tifffile.imwrite(path, PLANE, resolution=(4, 2), resolutionunit=unit)
    image = read_tiff(path)
    np.testing.assert_array_equal(image.data, PLANE)
    assert (image.axes, image.style) == ('YX', 'plain')
    assert image.pixel_size == PixelSize(
        Length(0.5, letter), Length(0.25, letter)
    )


def test_imagej(path: Path) -> None:
    metadata = {
        'axes': 'CYX',
        'unit': '\\u00B5m',
        'spacing': 3.0,
        'min': 1.0,
        'max': 90.0,
        'Labels': ['one', 'two'],
    }
    tifffile.imwrite(
        path,
        np.stack([PLANE, PLANE]),
        imagej=True,
        resolution=(4, 2),
        metadata=metadata,
    )
    image = read_tiff(path)
    assert (image.axes, image.style) == ('CYX', 'imagej')
    unit = '\\u00B5m'
    assert image.pixel_size == PixelSize(
        Length(0.5, unit), Length(0.25, unit), Length(3, unit)
    )
    assert image.details['max'] == 90
    assert image.details['Labels'] == ['one', 'two']


def test_ome(path: Path) -> None:
    metadata = {'axes': 'TCYX', 'PhysicalSizeX': 7, 'PhysicalSizeXUnit': 'nm'}
    data = PLANE[np.newaxis, np.newaxis]
    tifffile.imwrite(path, data, ome=True, metadata=metadata)
    image = read_tiff(path)
    assert image.style == 'ome'
    assert image.pixel_size.x == Length(7, 'nm')
    assert image.pixel_size.y is None


def test_white_is_zero(path: Path) -> None:
    tifffile.imwrite(path, PLANE, photometric='miniswhite')
    image = read_tiff(path)
    assert image.inverted
    np.testing.assert_array_equal(image.data, PLANE)


def test_colour_table(path: Path) -> None:
    table = np.zeros((3, 256), np.uint16)
    plane = PLANE.astype(np.uint8)
    tifffile.imwrite(path, plane, photometric='palette', colormap=table)
    assert read_tiff(path).indexed


def test_colour_table_of_imagej_is_for_display(path: Path) -> None:
    table = np.zeros((3, 256), np.uint16)
    plane = PLANE.astype(np.uint8)
    tifffile.imwrite(path, plane, imagej=True, colormap=table)
    assert not read_tiff(path).indexed


def test_several_images_are_refused(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:
        file.write(PLANE)
        file.write(PLANE[:5])
    with pytest.raises(FileError, match='2 images of different kinds'):
        read_tiff(path)


def test_lost_pages_are_refused(path: Path) -> None:
    stack = np.stack([PLANE] * 9)
    tifffile.imwrite(path, stack, imagej=True)
    # The last pages are gone; tifffile only logs it.
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 2])
    with pytest.raises((FileError, ValueError)):
        read_tiff(path)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.stored import StoredImage, Style
from napari_dip.io.tiff.reading import read_tiff
from napari_dip.io.tiff.writing import write_tiff

LENGTHS = {'T': 1, 'Z': 1, 'C': 3, 'Y': 7, 'X': 9, 'S': 3, 'Q': 1}
UNITS = {
    'plain': ['cm', 'in', ''],
    'imagej': ['um', 'nm', 'pixel', '\\u00B5m'],
}
UNITS['ome'] = ['µm', 'nm', 'mm', 'Å', 'pc']
AXES = {
    'plain': ['YX', 'CYX', 'YXS', 'SYX', 'YCX', 'TCYX', 'QYX', 'QYXS'],
    'imagej': ['YX', 'CYX', 'TZCYX', 'ZYX'],
    'ome': ['YX', 'CYX', 'YXS', 'SYX', 'TCZYX', 'CTZYX', 'TYXS'],
}
DTYPES = {
    'plain': ['uint8', 'int64', 'float16', 'float32', 'float64', 'bool'],
    'imagej': ['uint8', 'uint16', 'float32'],
    'ome': ['uint8', 'int32', 'float32', 'float64', 'bool'],
}


def image_of(
    axes: str, dtype: str, size: PixelSize, style: Style, **more: Any
) -> StoredImage:
    shape = tuple(LENGTHS[letter] for letter in axes)
    data = np.random.default_rng(0).uniform(0, 200, shape).astype(dtype)
    return StoredImage(data, axes, size, style, **more)


@pytest.fixture(scope='module')
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp('tiff') / 'a.tif'


def round_trip(
    path: Path, image: StoredImage, *, as_ome: bool = False
) -> StoredImage:
    with path.open('wb') as file:
        write_tiff(file, image, as_ome=as_ome)
    return read_tiff(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_round_trip(path: Path, data: st.DataObject) -> None:
    style: Style = data.draw(st.sampled_from(['plain', 'imagej', 'ome']))
    unit = data.draw(st.sampled_from(UNITS[style]))
    side = st.floats(1e-3, 1e3)
    size = PixelSize(
        Length(data.draw(side), unit), Length(data.draw(side), unit)
    )
    axes = data.draw(st.sampled_from(AXES[style]))
    dtype = data.draw(st.sampled_from(DTYPES[style]))
    assume(not ('S' in axes and dtype == 'bool'))
    image = image_of(
        axes,
        dtype,
        size,
        style,
        details={'unit': unit} if style == 'imagej' else {},
    )
    back = round_trip(path, image)
    assert back.style == style
    assert back.data.dtype == image.data.dtype
    # ImageJ and OME do not tell an axis of length 1 from none.
    np.testing.assert_array_equal(back.data.squeeze(), image.data.squeeze())
    for got, sent in (
        (back.pixel_size.y, image.pixel_size.y),
        (back.pixel_size.x, image.pixel_size.x),
    ):
        assert got is not None
        assert sent is not None
        assert got.unit == sent.unit
        assert got.value == pytest.approx(sent.value, rel=1e-6)


@pytest.mark.parametrize('axes', AXES['plain'])
def test_plain_keeps_axes(path: Path, axes: str) -> None:
    image = image_of(axes, 'float32', PixelSize(), 'plain')
    back = round_trip(path, image)
    assert back.axes == axes
    assert back.data.shape == image.data.shape


@pytest.mark.parametrize(
    ('axes', 'expected'),
    [('YCX', 'CYX'), ('YXC', 'CYX'), ('QYX', 'YX'), ('QYXS', 'YXS')],
)
def test_axes_are_brought_to_an_order_of_ome(
    path: Path, axes: str, expected: str
) -> None:
    image = image_of(axes, 'float32', PixelSize(), 'plain')
    back = round_trip(path, image, as_ome=True)
    assert (back.style, back.axes) == ('ome', expected)


def test_ome_keeps_details(path: Path) -> None:
    details = {
        'Name': 'cells',
        'Description': 'a dish',
        'Channel': {'Name': ['DNA', 'actin', 'µ'], 'Color': ['1', '2', '3']},
    }
    image = image_of('CYX', 'float32', PixelSize(), 'ome', details=details)
    assert round_trip(path, image).details == details


def test_imagej_keeps_details_and_spacing(path: Path) -> None:
    details = {'unit': 'µm', 'min': 2.0, 'max': 9.5, 'Info': 'hello'}
    size = PixelSize(Length(1, 'µm'), Length(1, 'µm'), Length(3, 'µm'))
    image = image_of('YX', 'float32', size, 'imagej', details=details)
    back = round_trip(path, image)
    assert back.details['unit'] == '\\u00B5m'
    assert back.details['max'] == 9.5
    assert back.details['Info'] == 'hello'
    assert back.pixel_size.z == Length(3, '\\u00B5m')


def test_float_colours_are_no_imagej_file(path: Path) -> None:
    """ImageJ shows 8-bit colours only, so that its unit goes into the tags."""
    size = PixelSize(Length(2, 'um'), Length(2, 'um'))
    image = image_of('YXS', 'float32', size, 'imagej', details={'unit': 'um'})
    back = round_trip(path, image)
    assert (back.style, back.axes) == ('plain', 'YXS')
    assert back.pixel_size.x is not None
    assert back.pixel_size.x.unit == 'cm'
    assert back.pixel_size.x.value == pytest.approx(2e-4, rel=1e-6)


def test_ome_of_a_dtype_it_lacks_becomes_plain(path: Path) -> None:
    image = image_of('YX', 'int64', PixelSize(), 'ome')
    assert round_trip(path, image).style == 'plain'


def test_name_asks_for_ome(path: Path) -> None:
    size = PixelSize(Length(0.01, 'in'), Length(2, ''))
    back = round_trip(
        path, image_of('YX', 'float32', size, 'plain'), as_ome=True
    )
    assert back.pixel_size == PixelSize(y=Length(0.01, 'in'))


def test_white_stays_zero(path: Path) -> None:
    image = image_of('YX', 'uint8', PixelSize(), 'plain', inverted=True)
    assert round_trip(path, image).inverted


@pytest.mark.parametrize('as_ome', [False, True])
def test_colours_are_shown_as_such(path: Path, as_ome: bool) -> None:
    image = image_of('YXS', 'float32', PixelSize(), 'plain')
    round_trip(path, image, as_ome=as_ome)
    with tifffile.TiffFile(path) as file:
        assert file.pages.first.photometric == tifffile.PHOTOMETRIC.RGB
        assert len(file.pages) == 1

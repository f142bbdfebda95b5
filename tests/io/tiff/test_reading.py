from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_dip.io.errors import FileError
from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.stored import ONLY, Choice
from napari_dip.io.tiff.reading import read_tiff

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
    with pytest.raises(FileError, match='2 images; save the one') as refused:
        read_tiff(path)
    assert '0: 12 × 10 uint16 (YX), 1: 5 × 10 uint16 (YX)' in str(
        refused.value
    )
    with pytest.raises(FileError, match='choose one with --series'):
        read_tiff(path, ONLY)
    found = read_tiff(path, Choice(series=1))
    np.testing.assert_array_equal(found.data, PLANE[:5])
    found = read_tiff(path, Choice(page=1))
    np.testing.assert_array_equal(found.data, PLANE[:5])
    for choice in (Choice(series=2), Choice(page=2), Choice(page=-1)):
        with pytest.raises(FileError, match=r'no image of|none of number'):
            read_tiff(path, choice)


def test_a_single_plane_of_a_stack(path: Path) -> None:
    stack = np.stack([PLANE, PLANE + 1])
    metadata = {'axes': 'ZYX', 'unit': 'um', 'Labels': ['a', 'b']}
    tifffile.imwrite(path, stack, imagej=True, metadata=metadata)
    image = read_tiff(path, Choice(page=1))
    np.testing.assert_array_equal(image.data, PLANE + 1)
    assert image.details == {'unit': 'um'}


def test_a_thumbnail_in_front_is_left_out(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:
        file.write(PLANE[::4, ::4], subfiletype=1)
        file.write(PLANE, resolution=(2, 4), resolutionunit='CENTIMETER')
    image = read_tiff(path)
    np.testing.assert_array_equal(image.data, PLANE)
    assert image.pixel_size.x == Length(0.5, 'cm')
    assert '1 reduced version' in image.notes[0]


def test_no_image_at_all(path: Path) -> None:
    # A header and no page.
    path.write_bytes(b'II*\0' + bytes(4))
    with pytest.raises((FileError, tifffile.TiffFileError)) as refused:
        read_tiff(path)
    assert '0 images' not in str(refused.value)


@pytest.mark.parametrize('samples', [2, 4])
@pytest.mark.parametrize('kind', ['unassalpha', 'assocalpha'])
def test_opacity_is_no_intensity(path: Path, samples: int, kind: str) -> None:
    data = np.stack([PLANE] * samples, axis=-1)
    data[..., -1] = 7
    tifffile.imwrite(
        path,
        data,
        photometric='rgb' if samples == 4 else 'minisblack',
        extrasamples=[kind],
        planarconfig='contig',
    )
    image = read_tiff(path)
    assert image.axes == ('YXS' if samples == 4 else 'YX')
    assert image.opacity is not None
    assert (image.opacity.values == 7).all()
    assert image.opacity.associated == (kind == 'assocalpha')
    assert image.data.max() == PLANE.max()


def test_a_second_sample_that_is_no_opacity(path: Path) -> None:
    data = np.stack([PLANE, PLANE], axis=-1)
    tifffile.imwrite(
        path, data, photometric='minisblack', planarconfig='contig'
    )
    assert read_tiff(path).opacity is None


def test_one_sample_is_no_axis(path: Path) -> None:
    metadata = {'axes': 'SYX'}
    tifffile.imwrite(path, PLANE[np.newaxis], metadata=metadata)
    image = read_tiff(path)
    assert (image.axes, image.data.shape) == ('YX', PLANE.shape)


def test_orientation(path: Path) -> None:
    tags = [(274, 'H', 1, 6, True)]
    resolution = {'resolution': (2, 4), 'resolutionunit': 'CENTIMETER'}
    tifffile.imwrite(path, PLANE, extratags=tags, **resolution)
    image = read_tiff(path)
    np.testing.assert_array_equal(image.data, np.rot90(PLANE, -1))
    assert image.pixel_size == PixelSize(Length(0.5, 'cm'), Length(0.25, 'cm'))
    assert 'orientation' in image.notes[0]


def test_pixels_without_bits_are_refused(path: Path) -> None:
    tifffile.imwrite(path, PLANE)
    with tifffile.TiffFile(path, mode='r+') as file:
        file.pages.first.tags['BitsPerSample'].overwrite(0)
    with pytest.raises(FileError, match=r'damaged.* 0 bits'):
        read_tiff(path)


def test_tiles_that_were_never_written_are_refused(path: Path) -> None:
    tifffile.imwrite(path, np.ones((32, 32), np.uint8), tile=(16, 16))
    with tifffile.TiffFile(path, mode='r+') as file:
        tags = file.pages.first.tags
        tags['TileByteCounts'].overwrite((256, 0, 256, 256))
    # tifffile fills it with zeros.
    assert (tifffile.imread(path) == 0).any()
    with pytest.raises(FileError, match='1 of its 4 strips or tiles'):
        read_tiff(path)


def test_texts(path: Path) -> None:
    tifffile.imwrite(
        path,
        PLANE,
        description='HeLa µ'.encode(),
        datetime='2026:01:02 03:04:05',
        extratags=[(271, 's', 0, 'Zeiss', True)],
    )
    assert read_tiff(path).text == {
        'ImageDescription': 'HeLa µ',
        'DateTime': '2026:01:02 03:04:05',
        'Make': 'Zeiss',
    }


@pytest.mark.parametrize('fraction', [(0, 1), (0, 0), (1, 0)])
def test_resolution_that_is_none(
    path: Path, fraction: tuple[int, int]
) -> None:
    tifffile.imwrite(path, PLANE, resolution=(4, 2))
    with tifffile.TiffFile(path, mode='r+') as file:
        file.pages.first.tags['XResolution'].overwrite(fraction)
    assert read_tiff(path).pixel_size == PixelSize(Length(0.5, 'in'), None)


def test_lost_pages_are_refused(path: Path) -> None:
    stack = np.stack([PLANE] * 9)
    tifffile.imwrite(path, stack, imagej=True)
    # The last pages are gone; tifffile only logs it.
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 2])
    with pytest.raises((FileError, ValueError)):
        read_tiff(path)

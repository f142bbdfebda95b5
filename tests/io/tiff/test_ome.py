from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_dip.io.errors import FileError
from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.reading import read_image
from napari_dip.io.stored import ONLY, Choice
from napari_dip.io.tiff.ome import check_companions, describe_size, parse

XML = """<?xml version="1.0"?>
<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">
 <Image ID="Image:0" Name="cells">
  <Description>a dish</Description>
  <Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="4"
   SizeY="3" SizeZ="1" SizeC="2" SizeT="1" PhysicalSizeX="0.1"
   PhysicalSizeY="200" PhysicalSizeYUnit="nm" TimeIncrement="2">
   <Channel ID="Channel:0:0" Name="DNA" Color="65535" Fluor="DAPI"/>
   <Channel ID="Channel:0:1" Name="actin" Color="255"/>
  </Pixels>
 </Image>
</OME>"""


def test_parse() -> None:
    size, details = parse(XML)
    assert size == PixelSize(y=Length(200, 'nm'), x=Length(0.1, 'µm'))
    assert details == {
        'Name': 'cells',
        'Description': 'a dish',
        'TimeIncrement': '2',
        'Channel': {'Name': ['DNA', 'actin'], 'Color': ['65535', '255']},
    }


def test_parse_without_images() -> None:
    assert parse('<OME/>') == (PixelSize(), {})


def test_describe_size() -> None:
    size = PixelSize(
        y=Length(2, 'inch'), x=Length(3, 'pixel'), z=Length(4, 'Mm')
    )
    assert describe_size(size) == {
        'PhysicalSizeY': 2,
        'PhysicalSizeYUnit': 'in',
        'PhysicalSizeZ': 4,
        'PhysicalSizeZUnit': 'Mm',
    }


PLANE = np.arange(20 * 16, dtype=np.uint16).reshape(20, 16)
OME = (
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
    'UUID="urn:uuid:a"><Image ID="Image:0"><Pixels ID="Pixels:0" '
    'DimensionOrder="XYCZT" Type="uint16" SizeX="16" SizeY="20" SizeC="2" '
    'SizeZ="1" SizeT="1"><Channel ID="Channel:0:0" SamplesPerPixel="1"/>'
    '<Channel ID="Channel:0:1" SamplesPerPixel="1"/>'
    '<TiffData FirstC="0" IFD="0" PlaneCount="1">'
    '<UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>'
    '<TiffData FirstC="1" IFD="0" PlaneCount="1">'
    '<UUID FileName="{}">urn:uuid:b</UUID></TiffData>'
    '</Pixels></Image></OME>'
)


def write_set(path: Path, name: str) -> None:
    description = OME.format(name).encode()
    tifffile.imwrite(path, PLANE, description=description, metadata=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / 'inside').mkdir()
    tifffile.imwrite(tmp_path / 'secret.tif', PLANE + 1000)
    return tmp_path / 'inside'


def test_a_whole_set_is_read(folder: Path) -> None:
    write_set(folder / 'a.ome.tif', 'b.ome.tif')
    tifffile.imwrite(folder / 'b.ome.tif', PLANE + 1, metadata=None)
    image = read_image(folder / 'a.ome.tif')
    np.testing.assert_array_equal(image.data, [PLANE, PLANE + 1])


def test_a_missing_file_is_named_and_the_plane_offered(folder: Path) -> None:
    path = folder / 'a.ome.tif'
    write_set(path, 'b.ome.tif')
    with pytest.raises(FileError, match=r"'b\.ome\.tif' is missing"):
        read_image(path)
    with pytest.raises(FileError, match='with --page'):
        read_image(path, ONLY)
    image = read_image(path, Choice(page=0))
    np.testing.assert_array_equal(image.data, PLANE)


@pytest.mark.parametrize(
    'name',
    [
        '../secret.tif',
        '..',
        '/etc/passwd',
        'C:b.tif',
        'C:\\b.tif',
        '..\\b.tif',
    ],
)
def test_files_of_other_folders_are_not_opened(
    folder: Path, name: str
) -> None:
    path = folder / 'a.ome.tif'
    write_set(path, name)
    with pytest.raises(FileError, match='not in its own folder'):
        read_image(path)


def test_absolute_names_are_refused(folder: Path) -> None:
    path = folder / 'a.ome.tif'
    write_set(path, str(folder.parent / 'secret.tif'))
    with pytest.raises(FileError, match='not in its own folder'):
        read_image(path)


def test_links_out_of_the_folder_are_refused(folder: Path) -> None:
    path = folder / 'a.ome.tif'
    write_set(path, 'b.ome.tif')
    try:
        (folder / 'b.ome.tif').symlink_to(folder.parent / 'secret.tif')
    except OSError:
        pytest.skip('no links here')
    with pytest.raises(FileError, match='not in its own folder'):
        read_image(path)


def test_a_file_that_was_renamed_is_whole(folder: Path) -> None:
    name = folder / 'a.ome.tif'
    tifffile.imwrite(name, PLANE, ome=True)
    name.rename(folder / 'b.ome.tif')
    np.testing.assert_array_equal(read_image(folder / 'b.ome.tif').data, PLANE)


def test_planes_that_no_file_holds(folder: Path) -> None:
    path = folder / 'a.ome.tif'
    xml = OME.format('a.ome.tif').replace('urn:uuid:b', 'urn:uuid:a')
    xml = xml.replace('FirstC="1" IFD="0"', 'FirstC="1" IFD="5"')
    check_companions(path, xml)
    tifffile.imwrite(path, PLANE, description=xml.encode(), metadata=None)
    with pytest.raises(FileError, match='1 of the 2 planes'):
        read_image(path)

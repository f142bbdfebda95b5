from __future__ import annotations

from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.tiff.ome import describe_size, parse

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

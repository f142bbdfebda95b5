from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.tiff.reading import read_tiff

FEI = '[User]\r\nUser=x\r\n[Scan]\r\nPixelWidth=2e-9\r\nPixelHeight=3e-9\r\n'
ZEISS = '0\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 12.5 nm\r\n'


@pytest.mark.parametrize(
    ('code', 'text', 'size'),
    [
        (34682, FEI, PixelSize(Length(3e-9, 'm'), Length(2e-9, 'm'))),
        (34680, FEI, PixelSize(Length(3e-9, 'm'), Length(2e-9, 'm'))),
        (34118, ZEISS, PixelSize(Length(12.5, 'nm'), Length(12.5, 'nm'))),
        (34682, 'nothing\r\n', PixelSize()),
        (34118, 'nothing\r\n', PixelSize()),
    ],
)
def test_sizes_in_the_tags_of_makers(
    tmp_path: Path, code: int, text: str, size: PixelSize
) -> None:
    path = tmp_path / 'a.tif'
    tifffile.imwrite(
        path,
        np.zeros((20, 16), np.uint8),
        resolution=(96, 96),
        resolutionunit='INCH',
        extratags=[(code, 's', 0, text, True)],
    )
    image = read_tiff(path)
    assert image.pixel_size == size
    assert 'not kept' in image.notes[0]

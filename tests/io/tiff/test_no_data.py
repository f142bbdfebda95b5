from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_dip.io.reading import read_image
from napari_dip.io.stored import StoredImage


def read_with(path: Path, data: np.ndarray, tag: str) -> StoredImage:
    tags = [(42113, 's', 0, tag, True)]
    tifffile.imwrite(path, data, extratags=tags, metadata=None)
    return read_image(path)


@pytest.mark.parametrize(
    ('dtype', 'value', 'tag'),
    [
        ('int16', -9999, '-9999'),
        ('uint8', 0, '0'),
        ('uint16', 65535, '65535.0'),
        ('float32', -3.4028234663852886e38, '-3.4028234663852886e+38'),
        ('float64', -9999, '-9999,0'),
        ('uint64', 2**64 - 1, '18446744073709551615'),
    ],
)
def test_value_of_the_tag_is_missing(
    tmp_path: Path, dtype: str, value: float, tag: str
) -> None:
    data = np.full((20, 16), 7, dtype)
    data[3, 4] = value
    image = read_with(tmp_path / 'a.tif', data, tag)
    masked = image.masked
    assert isinstance(masked, np.ma.MaskedArray)
    assert np.argwhere(masked.mask).tolist() == [[3, 4]]
    assert image.notes[0].startswith('1 values are ')


@pytest.mark.parametrize('tag', ['-1', '1e9', 'none', '7.5', 'nan', 'inf'])
def test_values_that_no_pixel_has(tmp_path: Path, tag: str) -> None:
    data = np.full((20, 16), 7, np.uint8)
    image = read_with(tmp_path / 'a.tif', data, tag)
    assert type(image.masked) is np.ndarray
    assert image.notes == ()


def test_tiles_without_data_are_missing(tmp_path: Path) -> None:
    path = tmp_path / 'a.tif'
    tifffile.imwrite(
        path,
        np.ones((32, 32), np.uint8),
        tile=(16, 16),
        extratags=[(42113, 's', 0, '9', True)],
    )
    with tifffile.TiffFile(path, mode='r+') as file:
        tags = file.pages.first.tags
        tags['TileByteCounts'].overwrite((256, 0, 256, 256))
    missing = read_image(path).missing
    assert missing is not None
    assert missing[:16, 16:].all()
    assert missing.sum() == 256

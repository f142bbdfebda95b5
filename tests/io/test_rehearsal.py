from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_dip.io.errors import FileError
from napari_dip.io.formats import format_of
from napari_dip.io.pictures.opacity import Opacity
from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.rehearsal import check_writable
from napari_dip.io.stored import StoredImage
from napari_dip.io.writing import write_into

PLANE = np.arange(20 * 16, dtype=np.uint16).reshape(20, 16)


def test_what_can_be_written_is_left_alone() -> None:
    image = StoredImage(PLANE, 'YX', text={'ImageDescription': 'µ'})
    assert check_writable(Path('a.tif'), image, PLANE.dtype) is image


@pytest.mark.parametrize('name', ['a.tif', 'a.ome.tif'])
@pytest.mark.parametrize(
    ('style', 'details', 'size'),
    [
        ('imagej', {'Labels': 3, 'unit': 'um'}, PixelSize()),
        ('imagej', {'LUTs': [object()]}, PixelSize()),
        ('ome', {'Channel': {'Name': ['a', 'b', 'c']}}, PixelSize()),
        ('ome', {'Name': 'a\x01b'}, PixelSize()),
        (
            'plain',
            {},
            PixelSize(Length(1e-300, 'µm'), Length(1e300, 'nm')),
        ),
    ],
)
def test_what_is_damaged_never_costs_the_result(
    name: str, style: str, details: dict[str, object], size: PixelSize
) -> None:
    image = StoredImage(PLANE, 'YX', size, style, details)
    found = check_writable(Path(name), image, PLANE.dtype)
    file = io.BytesIO()
    write_into(file, found, format_of(Path(name)))
    file.seek(0)
    np.testing.assert_array_equal(tifffile.imread(file), PLANE)
    if found is not image:
        assert found.notes[-1].endswith('cannot be written and is left out.')


def test_opacity_that_would_change_is_refused() -> None:
    opacity = Opacity(np.full((20, 16), 2**32 - 1, np.uint32), 2, 1)
    image = StoredImage(PLANE.astype(np.uint32), 'YX', opacity=opacity)
    with pytest.raises(FileError, match='--dtype same'):
        check_writable(Path('a.tif'), image, np.dtype(np.float32))
    check_writable(Path('a.tif'), image, np.dtype(np.uint32))

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_dip.io.errors import FileError
from napari_dip.io.pictures.pixel_size import Length, PixelSize
from napari_dip.io.reading import read_image
from napari_dip.io.stored import StoredImage
from napari_dip.io.writing import (
    choose_dtype,
    lost,
    write_image,
)


@pytest.mark.parametrize(
    ('name', 'source', 'choice', 'expected'),
    [
        ('a.tif', 'uint16', None, 'float32'),
        ('a.tif', 'uint16', 'same', 'uint16'),
        ('a.tif', '>u2', 'same', '=u2'),
        ('a.tif', 'int64', 'same', 'int64'),
        ('a.ome.tif', 'int64', None, 'float32'),
        ('a.npy', 'longdouble', 'same', 'longdouble'),
        ('a.png', 'uint8', None, 'uint8'),
        ('a.png', 'uint16', 'same', 'uint16'),
    ],
)
def test_dtype(
    name: str, source: str, choice: str | None, expected: str
) -> None:
    dtype = choose_dtype(Path(name), 'YX', np.dtype(source), choice)
    assert dtype == np.dtype(expected)
    assert dtype.isnative


@pytest.mark.parametrize(
    ('name', 'source', 'choice', 'words'),
    [
        ('a.png', 'float32', None, 'PNG holds uint8 and uint16'),
        ('a.png', 'uint8', 'float32', 'PNG holds uint8 and uint16'),
        ('a.ome.tif', 'int64', 'same', 'OME-TIFF does not hold int64'),
        ('a.tif', 'complex128', 'same', 'TIFF does not hold complex128'),
    ],
)
def test_dtype_that_does_not_fit(
    name: str, source: str, choice: str | None, words: str
) -> None:
    with pytest.raises(FileError, match=words):
        choose_dtype(Path(name), 'YX', np.dtype(source), choice)


@pytest.mark.parametrize('name', ['a.tif', 'a.ome.tiff', 'a.png', 'a.npy'])
def test_every_format_is_written(tmp_path: Path, name: str) -> None:
    data = np.arange(99, dtype=np.uint8).reshape(9, 11)
    write_image(tmp_path / name, StoredImage(data, 'YX'))
    np.testing.assert_array_equal(read_image(tmp_path / name).data, data)
    with pytest.raises(FileExistsError):
        write_image(tmp_path / name, StoredImage(data, 'YX'))
    write_image(tmp_path / name, StoredImage(data + 1, 'YX'), overwrite=True)
    np.testing.assert_array_equal(read_image(tmp_path / name).data, data + 1)


def test_colours_of_one_bit_are_refused() -> None:
    with pytest.raises(FileError, match='bool with axes YXS'):
        choose_dtype(Path('a.tif'), 'YXS', np.dtype(bool), 'same')


def test_what_a_format_does_not_hold() -> None:
    image = StoredImage(
        np.zeros((20, 16), np.uint8),
        'YX',
        PixelSize(Length(1, 'um'), Length(1, 'um')),
        text={'ImageDescription': 'a', 'DateTime': 'b'},
    )
    assert lost(Path('a.tif'), image) == ()
    assert lost(Path('a.ome.tif'), image) == ()
    assert lost(Path('a.png'), image) == ('the size of a pixel',)
    assert lost(Path('a.npy'), image) == (
        'the size of a pixel',
        'the date',
        'the description',
    )

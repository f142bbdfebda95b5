from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_dip.files.errors import FileError
from napari_dip.files.png import check_png, read_png, write_png
from napari_dip.files.stored import StoredImage


@pytest.mark.parametrize(
    ('shape', 'dtype', 'axes'),
    [
        ((9, 8), 'uint8', 'YX'),
        ((9, 8), 'uint16', 'YX'),
        ((9, 8, 3), 'uint8', 'YXS'),
        ((9, 8, 4), 'uint8', 'YXS'),
    ],
)
def test_round_trip(
    tmp_path: Path, shape: tuple[int, ...], dtype: str, axes: str
) -> None:
    rng = np.random.default_rng(0)
    data = rng.integers(0, np.iinfo(dtype).max, shape, dtype)
    with (tmp_path / 'a.png').open('wb') as file:
        write_png(file, StoredImage(data, axes))
    image = read_png(tmp_path / 'a.png')
    np.testing.assert_array_equal(image.data, data)
    assert image.data.dtype == dtype
    assert image.axes == axes


def test_axes_of_length_1_are_left_out() -> None:
    file = io.BytesIO()
    write_png(file, StoredImage(np.zeros((1, 9, 8), np.uint8), 'QYX'))
    assert iio.imread(file.getvalue(), extension='.png').shape == (9, 8)


def colour_png_of_16_bits() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return (
            struct.pack('>I', len(content))
            + body
            + struct.pack('>I', zlib.crc32(body))
        )

    header = struct.pack('>IIBBBBB', 2, 2, 16, 2, 0, 0, 0)
    rows = zlib.compress((b'\0' + bytes(12)) * 2)
    return (
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', header)
        + chunk(b'IDAT', rows)
        + chunk(b'IEND', b'')
    )


def test_colours_that_would_lose_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.png'
    path.write_bytes(colour_png_of_16_bits())
    # The decoder would go on without a word, which is the reason to look.
    assert iio.imread(path).dtype == np.uint8
    with pytest.raises(FileError, match='convert it to TIFF'):
        read_png(path)


@pytest.mark.parametrize(
    ('axes', 'dtype', 'words'),
    [
        ('CYX', 'uint8', 'axes CYX'),
        ('YX', 'float32', 'not float32'),
        ('YX', 'bool', 'not bool'),
        ('YXS', 'uint16', '16 bits'),
    ],
)
def test_what_png_cannot_hold(axes: str, dtype: str, words: str) -> None:
    with pytest.raises(FileError, match=rf'{words}.*\.tif or \.npy'):
        check_png(axes, np.dtype(dtype))


def test_what_png_holds() -> None:
    check_png('YX', np.dtype('uint16'))
    check_png('YXS', np.dtype('uint8'))

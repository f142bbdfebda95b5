from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from napari_dip.io.errors import FileError
from napari_dip.io.png import check_png, read_png, write_png
from napari_dip.io.stored import StoredImage


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
    np.testing.assert_array_equal(image.joined[0], data)
    assert image.data.dtype == dtype
    assert image.axes == axes
    assert (image.opacity is not None) == (shape[2:] == (4,))


def test_axes_of_length_1_are_left_out() -> None:
    file = io.BytesIO()
    write_png(file, StoredImage(np.zeros((1, 9, 8), np.uint8), 'QYX'))
    assert iio.imread(file.getvalue(), extension='.png').shape == (9, 8)


def chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return (
        struct.pack('>I', len(content))
        + body
        + struct.pack('>I', zlib.crc32(body))
    )


def picture(
    depth: int,
    colour_type: int,
    rows: bytes,
    *extra: bytes,
    size: tuple[int, int] = (4, 4),
    interlaced: bool = False,
) -> bytes:
    header = struct.pack(
        '>IIBBBBB', *size, depth, colour_type, 0, 0, interlaced
    )
    return b''.join(
        (
            b'\x89PNG\r\n\x1a\n',
            chunk(b'IHDR', header),
            *extra,
            chunk(b'IDAT', zlib.compress(rows)),
            chunk(b'IEND', b''),
        )
    )


GREY = (b'\0' + b'\1\2\3\4') * 4
PALETTE = chunk(b'PLTE', bytes(range(15)))


def test_colours_that_would_lose_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / 'a.png'
    path.write_bytes(picture(16, 2, (b'\0' + bytes(24)) * 4))
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


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (picture(8, 0, GREY, size=(4, 8)), '8 rows and holds fewer'),
        (picture(8, 3, GREY), 'table of the colours is missing'),
        (
            picture(8, 3, GREY, chunk(b'PLTE', bytes(6))),
            'not in its table',
        ),
        (
            picture(8, 0, GREY, chunk(b'acTL', bytes(8))),
            'several pictures',
        ),
    ],
    ids=['rows', 'no palette', 'short palette', 'animated'],
)
def test_what_the_decoder_would_make_up(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / 'a.png').write_bytes(content)
    with pytest.raises(FileError, match=words):
        read_png(tmp_path / 'a.png')


def test_a_wrong_checksum(tmp_path: Path) -> None:
    content = bytearray(picture(8, 0, GREY))
    content[-13] ^= 1
    (tmp_path / 'a.png').write_bytes(content)
    with pytest.raises(ValueError, match='checksum'):
        read_png(tmp_path / 'a.png')


def test_more_pixels_than_the_decoder_takes(tmp_path: Path) -> None:
    rows, size = bytes(20000 * 2501), (20000, 20000)
    (tmp_path / 'a.png').write_bytes(picture(1, 0, rows, size=size))
    with pytest.raises(FileError, match='20000 × 20000 pixels are more'):
        read_png(tmp_path / 'a.png')


def test_one_transparent_grey_is_missing(tmp_path: Path) -> None:
    key = chunk(b'tRNS', b'\0\3')
    (tmp_path / 'a.png').write_bytes(picture(8, 0, GREY, key))
    image = read_png(tmp_path / 'a.png')
    assert image.missing is not None
    np.testing.assert_array_equal(image.missing, image.data == 3)


def test_a_palette_with_opacity(tmp_path: Path) -> None:
    opacities = chunk(b'tRNS', bytes([255, 0, 9]))
    (tmp_path / 'a.png').write_bytes(picture(8, 3, GREY, PALETTE, opacities))
    image = read_png(tmp_path / 'a.png')
    assert image.opacity is not None
    np.testing.assert_array_equal(image.opacity.values[0], [0, 9, 255, 255])
    np.testing.assert_array_equal(image.data[0, 0], [3, 4, 5])


def test_interlaced(tmp_path: Path) -> None:
    # Seven passes of an image of 4 × 4, each row with its filter.
    rows = [b'\1', b'\2', b'\3\3', *[b'\4\4'] * 2, *[b'\5' * 4] * 2]
    raw = b''.join(b'\0' + row for row in rows)

    def content(raw: bytes) -> bytes:
        return picture(8, 0, raw, interlaced=True)

    (tmp_path / 'a.png').write_bytes(content(raw))
    assert (read_png(tmp_path / 'a.png').data > 0).all()
    (tmp_path / 'a.png').write_bytes(content(raw[:-5]))
    with pytest.raises(FileError, match='rows and holds fewer'):
        read_png(tmp_path / 'a.png')


def test_texts_and_orientation(tmp_path: Path) -> None:
    data = np.arange(12, dtype=np.uint8).reshape(3, 4)
    text, exif = PngInfo(), Image.Exif()
    text.add_text('Description', 'a cell')
    exif[274] = 3
    Image.fromarray(data).save(tmp_path / 'a.png', pnginfo=text, exif=exif)
    image = read_png(tmp_path / 'a.png')
    np.testing.assert_array_equal(image.data, data[::-1, ::-1])
    assert image.text == {'ImageDescription': 'a cell'}
    with (tmp_path / 'b.png').open('wb') as file:
        write_png(file, image)
    again = read_png(tmp_path / 'b.png')
    assert again.text == image.text
    np.testing.assert_array_equal(again.data, image.data)

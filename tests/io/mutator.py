"""Good files of each format, and damaged ones made of them."""

from __future__ import annotations

import io
import struct
import zlib

import imageio.v3 as iio
import numpy as np
import tifffile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PLANE = np.random.default_rng(0).integers(0, 999, (20, 16), np.uint16)
#: Numbers that programs stumble over.
_EXTREMES = (0, 1, 2, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**31, 2**32 - 1)


def good_files() -> dict[str, bytes]:
    """Contents by names whose endings tell the format."""
    return {**_tiffs(), **_pngs(), **_arrays()}


def _tiffs() -> dict[str, bytes]:
    files: dict[str, bytes] = {}

    def tiff(name: str, data: np.ndarray, **options: object) -> None:
        file = io.BytesIO()
        tifffile.imwrite(file, data, **options)
        files[name] = file.getvalue()

    stack = np.stack([PLANE, PLANE + 1, PLANE + 2])
    colours = np.stack([PLANE.astype(np.uint8)] * 4, axis=-1)
    text = {
        'description': 'a cell',
        'datetime': '2026:01:02 03:04:05',
        'resolution': (4, 2),
        'resolutionunit': 'CENTIMETER',
    }
    tiff('plain.tif', PLANE, **text)
    tiff('no-data.tif', PLANE, extratags=[(42113, 's', 0, '7', True)])
    tiff('deflated.tif', PLANE, compression='zlib', predictor=True)
    tiff('tiled.tif', PLANE, tile=(16, 16))
    tiff('rgba.tif', colours, photometric='rgb')
    unit = {'axes': 'CYX', 'unit': 'um', 'spacing': 2.0, 'Info': 'a'}
    tiff('imagej.tif', stack, imagej=True, metadata=unit, resolution=(4, 2))
    size = {'axes': 'CYX', 'PhysicalSizeX': 0.1, 'PhysicalSizeXUnit': 'nm'}
    tiff('a.ome.tif', stack, ome=True, metadata=size)
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(PLANE)
        writer.write(PLANE[:5], subfiletype=1)
    files['thumbnail.tif'] = file.getvalue()
    return files


def _pngs() -> dict[str, bytes]:
    files = {'grey.png': iio.imwrite('<bytes>', PLANE, extension='.png')}
    grey = PLANE.astype(np.uint8)
    pictures = {
        'opacity.png': Image.fromarray(np.stack([grey, grey], axis=-1)),
        'rgb.png': Image.fromarray(np.stack([grey] * 3, axis=-1)),
        'palette.png': Image.fromarray(grey).convert('P'),
    }
    text = PngInfo()
    text.add_text('Description', 'a cell')
    for name, picture in pictures.items():
        file = io.BytesIO()
        picture.save(file, 'PNG', pnginfo=text)
        files[name] = file.getvalue()
    return files


def _arrays() -> dict[str, bytes]:
    files = {}
    for name, data in (
        ('grey.npy', PLANE),
        ('floats.npy', PLANE.astype(np.float64)),
        ('channels.npy', np.stack([PLANE] * 3, axis=-1)),
    ):
        file = io.BytesIO()
        np.save(file, data)
        files[name] = file.getvalue()
    return files


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage a file in one to three places."""
    damaged = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        if damaged:
            _CHANGES[rng.integers(len(_CHANGES))](damaged, rng)
    # Checksums would hide most of the damage to a PNG file.
    if damaged.startswith(b'\x89PNG') and rng.random() < 0.7:
        _mend_checksums(damaged)
    return bytes(damaged)


def _place(damaged: bytearray, rng: np.random.Generator) -> int:
    """Choose a place, half of the time in the headers."""
    end = min(len(damaged), 400) if rng.random() < 0.5 else len(damaged)
    return int(rng.integers(end))


def _change_bit(damaged: bytearray, rng: np.random.Generator) -> None:
    damaged[_place(damaged, rng)] ^= 1 << int(rng.integers(8))


def _change_byte(damaged: bytearray, rng: np.random.Generator) -> None:
    damaged[_place(damaged, rng)] = int(rng.integers(256))


def _change_number(damaged: bytearray, rng: np.random.Generator) -> None:
    number = _EXTREMES[rng.integers(len(_EXTREMES))]
    size = int(rng.choice([1, 2, 4]))
    order = '<>'[rng.integers(2)]
    packed = struct.pack(f'{order}Q', number)
    part = packed[:size] if order == '<' else packed[-size:]
    place = _place(damaged, rng)
    damaged[place : place + size] = part


def _cut_off(damaged: bytearray, rng: np.random.Generator) -> None:
    del damaged[_place(damaged, rng) :]


def _take_out(damaged: bytearray, rng: np.random.Generator) -> None:
    place = _place(damaged, rng)
    del damaged[place : place + int(rng.integers(1, 40))]


def _repeat(damaged: bytearray, rng: np.random.Generator) -> None:
    place = _place(damaged, rng)
    part = damaged[place : place + int(rng.integers(1, 40))]
    damaged[place:place] = part


_CHANGES = (
    _change_bit,
    _change_byte,
    _change_byte,
    _change_number,
    _change_number,
    _change_number,
    _cut_off,
    _take_out,
    _repeat,
)


def _mend_checksums(damaged: bytearray) -> None:
    place = 8
    while place + 12 <= len(damaged):
        (length,) = struct.unpack_from('>I', damaged, place)
        end = place + 8 + length
        if end + 4 > len(damaged):
            return
        checksum = zlib.crc32(damaged[place + 4 : end])
        struct.pack_into('>I', damaged, end, checksum)
        place = end + 4

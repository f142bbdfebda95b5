from __future__ import annotations

import io
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image, ImageDraw

from napari_dip.io.errors import FileError
from napari_dip.io.reading import read_mask


@pytest.fixture
def missing() -> np.ndarray:
    missing = np.zeros((64, 64), bool)
    missing[10:30, 12:20] = True
    y, x = np.mgrid[:64, :64]
    return missing | (np.hypot(y - 45, x - 40) < 9)


@pytest.mark.parametrize('colour', [0, 255, 90])
@pytest.mark.parametrize('samples', [1, 3])
def test_opacity_alone_is_the_mask(
    tmp_path: Path, missing: np.ndarray, colour: int, samples: int
) -> None:
    picture = np.full((64, 64, samples + 1), colour, np.uint8)
    picture[..., -1] = np.where(missing, 255, 0)
    iio.imwrite(tmp_path / 'a.png', picture)
    found = read_mask(tmp_path / 'a.png')
    np.testing.assert_array_equal(found != 0, missing)


def test_what_is_transparent_is_not_painted(
    tmp_path: Path, missing: np.ndarray
) -> None:
    # Editors leave any colour under what is erased.
    rng = np.random.default_rng(0)
    picture = rng.integers(1, 255, (64, 64, 4), np.uint8)
    picture[..., -1] = np.where(missing, 255, 0)
    iio.imwrite(tmp_path / 'a.png', picture)
    found = read_mask(tmp_path / 'a.png')
    np.testing.assert_array_equal(found != 0, missing)


@pytest.mark.parametrize('quality', [5, 20, 40, 50, 75, 90, 95])
@pytest.mark.parametrize('mode', ['L', 'RGB'])
def test_lossy_compression_is_told(
    tmp_path: Path, missing: np.ndarray, quality: int, mode: str
) -> None:
    file = io.BytesIO()
    picture = Image.fromarray(missing.astype(np.uint8) * 255).convert(mode)
    picture.save(file, 'JPEG', quality=quality)
    Image.open(file).save(tmp_path / 'a.png')
    with pytest.raises(FileError, match=r'JPEG.*not quite black'):
        read_mask(tmp_path / 'a.png')


def test_masks_that_are_no_such_thing(
    tmp_path: Path, missing: np.ndarray
) -> None:
    rng = np.random.default_rng(0)
    labels = np.zeros((64, 64), np.uint8)
    for label in range(1, 200):
        y, x = rng.integers(0, 60, 2)
        labels[y : y + 3, x : x + 3] = label
    drawn = Image.new('L', (512, 512))
    draw = ImageDraw.Draw(drawn)
    draw.line([30, 40, 400, 470], fill=255, width=14)
    draw.ellipse([64, 128, 256, 320], fill=255)
    draw.rectangle([320, 64, 448, 192], fill=255)
    soft = Image.fromarray(missing.astype(np.uint8) * 255).resize((96, 96))
    for mask in (
        labels,
        rng.integers(0, 2, (64, 64), np.uint8) * 255,
        rng.integers(0, 2, (64, 64), np.uint8),
        rng.choice([0, 1, 4, 64], (64, 64), p=[0.97, 0.01, 0.01, 0.01]),
        np.asarray(soft),
        # Eight by eight of its pixels are one colour.
        np.kron(labels[:12, :12], np.ones((8, 8))),
        np.asarray(drawn.resize((128, 128), Image.Resampling.BILINEAR)),
    ):
        iio.imwrite(tmp_path / 'a.png', mask.astype(np.uint8))
        found = read_mask(tmp_path / 'a.png')
        np.testing.assert_array_equal(found != 0, mask != 0)

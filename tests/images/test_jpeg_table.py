from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import gaussian_filter

from napari_dip.images.jpeg_table import Table, find_table, grey_level
from napari_dip.noise.jpeg import standard_table


def drawn(side: int = 192) -> np.ndarray:
    """Spots and a texture, in 8 bits, not clipped."""
    generator = np.random.default_rng(0)
    fine = generator.normal(size=(side, side))
    image = 3 * gaussian_filter(fine, 6) / 0.05 + gaussian_filter(fine, 1)
    image = 60 + 130 * (image - image.min()) / np.ptp(image)
    return image.round().astype(np.uint8)


def compressed(image: np.ndarray, **how) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of a JPEG, and the table that its file has."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, 'jpeg', **how)
    read = Image.open(file)
    table = np.array(read.quantization[0]).reshape(8, 8)
    return np.asarray(read).astype(float), table


def found_in(pixels: np.ndarray) -> Table | None:
    level = grey_level(pixels)
    return None if level is None else find_table(pixels, level)


def test_standard_tables_are_those_of_files():
    for quality in (5, 30, 50, 77, 95):
        _, table = compressed(drawn(16), quality=quality)
        np.testing.assert_array_equal(standard_table(quality), table)


@pytest.mark.parametrize('quality', [5, 10, 20, 40, 70, 90])
def test_the_table_of_the_file_is_found(quality):
    pixels, table = compressed(drawn(), quality=quality)
    found = found_in(pixels)
    assert found.quality == quality
    assert found.first == (0, 0)
    np.testing.assert_array_equal(found.steps, table)


@given(st.integers(0, 7), st.integers(0, 7), st.floats(0.01, 900))
@settings(max_examples=10, deadline=None)
def test_a_part_in_another_contrast_is_found(row, column, gain):
    pixels, table = compressed(drawn(), quality=30)
    found = found_in(gain * pixels[row:, column:] - 33)
    assert found.first == (-row % 8, -column % 8)
    np.testing.assert_allclose(found.steps, gain * table, rtol=1e-3)


def test_a_table_of_ones_own_is_found():
    own = [13 + 3 * (row + column) for row in range(8) for column in range(8)]
    pixels, table = compressed(drawn(), qtables=[own])
    found = found_in(pixels)
    assert found.quality is None
    # What is zero everywhere tells no step.
    assert (found.steps == table)[:2, :2].flatten()[1:].all()


@pytest.mark.parametrize(
    'image',
    [
        drawn().astype(float),
        np.random.default_rng(0).integers(0, 255, (96, 96)).astype(float),
        np.random.default_rng(0).poisson(40, (96, 96)).astype(float),
        gaussian_filter(compressed(drawn(), quality=20)[0], 0.7),
        np.add.outer(np.arange(96.0), np.arange(96.0)),
    ],
)
def test_nothing_is_found_where_nothing_was_compressed(image):
    assert found_in(image) is None


@pytest.mark.parametrize(
    ('values', 'level'),
    [
        ([3, 4, 7], 1.0),
        ([28, 48, 68], 1.0),
        ([28.5, 48.5, 68.5], 20.0),
        ([0.1, 0.3, 0.9], 0.2),
        ([0, 300, 1], None),
        ([1.5, 1.5, 1.5], None),
        (np.linspace(0, 1, 300) ** 2, None),
    ],
)
def test_grey_levels(values, level):
    found = grey_level(np.array(values, float))
    assert found == (None if level is None else pytest.approx(level))

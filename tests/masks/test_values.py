from __future__ import annotations

import numpy as np
import pytest

from napari_dip.masks.values import find_borders, find_gaps

COUNTS = np.random.default_rng(0).poisson(
    300 + 100 * np.sin(np.arange(96) / 7), (96, 96)
)


def with_gaps(dtype, value):
    """Bars between the tiles of a detector, and a bad pixel or two."""
    image = COUNTS.astype(dtype)
    marked = np.zeros(image.shape, bool)
    marked[40:42] = marked[:, 60:63] = True
    marked[10, 10] = marked[80, 20] = True
    image[marked] = value
    return image, marked


@pytest.mark.parametrize(
    ('dtype', 'value'),
    [
        (np.int32, -1),
        (np.int16, -9999),
        (np.uint16, 65535),
        (np.uint32, 2**32 - 1),
        (np.float32, -1),
        (np.float32, 1e30),
        (np.float64, -3.4e38),
    ],
)
def test_markers_of_gaps_are_found(dtype, value):
    image, marked = with_gaps(dtype, value)
    np.testing.assert_array_equal(find_gaps(image), marked)


def test_two_markers_are_found():
    image, marked = with_gaps(np.int32, -1)
    image[20:22] = 2**31 - 1
    marked[20:22] = True
    np.testing.assert_array_equal(find_gaps(image), marked)


def test_a_hot_pixel_is_no_marker():
    image = COUNTS.copy()
    image[5, 5] = 65535
    assert not find_gaps(image).any()


@pytest.mark.parametrize('rate', [0.003, 0.03, 0.3, 3.0])
@pytest.mark.parametrize(
    'seed',
    [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 5))],
)
def test_photons_are_no_markers(rate, seed):
    photons = np.random.default_rng(seed).poisson(rate, (96, 96))
    assert not find_gaps(photons).any()


def test_noise_around_zero_is_no_marker():
    ground = np.random.default_rng(0).normal(0.3, 0.3, (96, 96)).round()
    ground[20:40, 20:40] += 50
    assert (ground == -1).any()
    assert ground.min() == -1
    assert not find_gaps(ground).any()


def test_saturated_structure_is_no_marker():
    image = np.minimum(COUNTS * 200, 65535).astype(np.uint16)
    assert (image == 65535).any()
    assert not find_gaps(image).any()


def test_borders_of_stitching_are_found_and_are_no_gaps():
    image = COUNTS.copy()
    image[:10] = 0
    image[:, 90:] = 0
    stitched = image == 0
    np.testing.assert_array_equal(find_borders(image), stitched)
    assert not find_gaps(image).any()

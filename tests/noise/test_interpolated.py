from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, rotate, zoom

from napari_dip.noise import interpolated as interpolated_noise
from napari_dip.noise.second_differences import measure_grain
from tests.noise.drawn import CELLS, WHITE, photons, scanned, shifted


def was_interpolated(image: np.ndarray) -> bool:
    return interpolated_noise.was_interpolated(measure_grain(image))


@given(
    peak=st.floats(3, 40),
    rows=st.floats(0.3, 0.7),
    columns=st.floats(0.3, 0.7),
    seed=st.integers(0, 100),
)
@settings(max_examples=20, deadline=None)
def test_a_shift_by_part_of_a_pixel_is_found(peak, rows, columns, seed):
    assert was_interpolated(shifted(photons(peak, seed), rows, columns))


@given(peak=st.floats(3, 25), angle=st.floats(5, 40))
@settings(max_examples=10, deadline=None)
def test_a_turn_is_found_with_the_empty_corners_it_leaves(peak, angle):
    turned = rotate(photons(peak, 0).astype(float), angle, order=1)
    assert was_interpolated(turned)


@given(peak=st.floats(3, 300), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_noise_of_each_pixel_alone_is_none(peak, seed):
    assert not was_interpolated(photons(peak, seed))


@pytest.mark.parametrize(
    'image',
    [
        gaussian_filter(WHITE, 0.7) + CELLS,
        zoom(WHITE[:128, :128], 2, order=1),
        scanned(WHITE, 0.5) + CELLS,
        shifted(CELLS, 0.5, 0.5),
        np.zeros((256, 256)),
        np.full((256, 256), np.nan),
        shifted(WHITE, 0.5, 0.5)[:96, :96],
    ],
    ids=['smooth', 'enlarged', 'scan', 'no noise', 'flat', 'none', 'small'],
)
def test_nothing_else_passes_for_it(image):
    assert not was_interpolated(image)


def test_missing_pixels_are_no_hindrance():
    image = shifted(WHITE, 0.5, 0.5) + CELLS
    image[40:90, 30:200] = np.nan
    assert was_interpolated(image)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, median_filter, uniform_filter, zoom

from napari_dip.noise import smoothed as smooth_noise
from napari_dip.noise.second_differences import measure_grain
from tests.noise.drawn import CELLS, WHITE, photons, scanned


def squares(image: np.ndarray) -> int:
    values = image.astype(float)
    return smooth_noise.smooth_noise_squares(values, measure_grain(values))


def smoothed(image: np.ndarray) -> bool:
    return smooth_noise.was_smoothed(measure_grain(image))


@given(
    peak=st.floats(3, 15), width=st.floats(0.65, 1.0), seed=st.integers(0, 100)
)
@settings(max_examples=20, deadline=None)
def test_smoothed_noise_is_found(peak, width, seed):
    image = gaussian_filter(photons(peak, seed) * 1.0, width)
    assert squares(image) == 2
    assert not smooth_noise.was_enlarged(measure_grain(image))


def test_a_median_leaves_details():
    image = median_filter(photons(15, 0) * 1.0, 3)
    assert squares(image) == 2
    assert not smooth_noise.was_enlarged(measure_grain(image))


@given(peak=st.floats(3, 15), seed=st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_means_of_neighbours_are_found(peak, seed):
    assert smoothed(uniform_filter(photons(peak, seed) * 1.0, 3))


@given(
    peak=st.floats(5, 60),
    order=st.sampled_from([1, 3]),
    seed=st.integers(0, 9),
)
@settings(max_examples=10, deadline=None)
def test_noise_of_an_enlarged_image_is_found(peak, order, seed):
    image = zoom(photons(peak, seed) * 1.0, 2, order=order)
    assert squares(image) == 2
    assert smooth_noise.was_enlarged(measure_grain(image))


@pytest.mark.parametrize('factor', [3, 4])
def test_the_more_it_was_enlarged_the_larger_the_squares(factor):
    assert (
        squares(zoom(photons(20, 0)[:160, :160] * 1.0, factor, order=1)) == 3
    )


@given(peak=st.floats(3, 300), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_noise_of_each_pixel_alone_is_none(peak, seed):
    assert not smoothed(photons(peak, seed))
    assert squares(photons(peak, seed)) == 1


@pytest.mark.parametrize('noise', [0, 0.1, 0.3, 1])
def test_structure_that_is_as_smooth_is_none(noise):
    for light in (CELLS, gaussian_filter(CELLS, 2)):
        image = light + noise * WHITE
        assert not smoothed(image)
        assert squares(image) == 1


@pytest.mark.parametrize(
    'image',
    [
        scanned(WHITE, 0.5) + CELLS,
        np.zeros((256, 256)),
        np.full((256, 256), np.nan),
        gaussian_filter(WHITE, 0.9)[:96, :96],
    ],
    ids=['scan', 'flat', 'none', 'small'],
)
def test_nothing_else_passes_for_it(image):
    assert not smoothed(image)
    assert squares(image) == 1


def test_missing_pixels_are_no_hindrance():
    image = gaussian_filter(WHITE, 0.9) + CELLS / 4
    image[40:90, 30:200] = np.nan
    assert squares(image) == 2
    large = zoom(WHITE, 3, order=1)
    large[40:90, 30:200] = np.nan
    assert squares(large) == 3

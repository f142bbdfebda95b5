from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.noise.second_differences import measure_grain
from tests.noise.drawn import CELLS, WHITE, photons


def test_independent_noise_is_as_strong_at_all_distances():
    grain = measure_grain(WHITE)
    assert grain is not None
    powers = grain.neighbours, grain.two_apart, grain.six_apart
    np.testing.assert_allclose(powers, 1, atol=0.1)
    assert grain.evenness < 1.4
    assert max(grain.spreads) < 1.5


def test_noise_that_grows_with_the_signal_is_as_even():
    grain = measure_grain(photons(20, 0))
    assert grain is not None
    assert grain.evenness < 1.4


def test_smoothed_noise_is_the_weaker_the_nearer():
    grain = measure_grain(gaussian_filter(WHITE, 1.0))
    assert grain is not None
    assert grain.neighbours < 0.05
    assert grain.neighbours < grain.two_apart < 0.5


def test_structure_is_the_stronger_the_further_and_uneven():
    grain = measure_grain(CELLS + 0.01 * WHITE)
    assert grain is not None
    assert grain.two_apart < 1 < grain.six_apart
    assert max(grain.spreads) > 3


@pytest.mark.parametrize(
    'image',
    [np.zeros((256, 256)), np.full((256, 256), np.nan), WHITE[:96, :96]],
    ids=['flat', 'none', 'small'],
)
def test_too_few_blocks_tell_nothing(image):
    assert measure_grain(image) is None


def test_an_empty_margin_does_not_count():
    framed = np.pad(WHITE, 40)
    grain = measure_grain(framed)
    assert grain is not None
    assert grain.evenness < 1.4

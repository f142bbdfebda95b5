from __future__ import annotations

import numpy as np
import pytest

from napari_dip.grid.filling import first_guess

ROWS, COLUMNS = np.mgrid[:45, :70]
SLOPE = (2.0 * ROWS + COLUMNS)[np.newaxis]


def test_what_is_known_stays_and_the_rest_is_smooth():
    known = np.random.default_rng(0).random(SLOPE.shape) < 0.4
    known[:, 10:20, 30:40] = False
    broken = np.where(known, SLOPE, np.nan)
    guess = first_guess(broken, known, SLOPE.shape[1:])
    assert guess.dtype == np.float32
    np.testing.assert_array_equal(guess[known], SLOPE[known])
    error = np.abs(guess - SLOPE)[~known]
    assert error.mean() < 2
    assert error.max() < 20


def test_a_channel_without_a_known_pixel_is_zero():
    planes = np.stack([SLOPE[0], SLOPE[0]])
    known = np.ones(planes.shape, bool)
    known[1] = False
    guess = first_guess(planes, known, SLOPE.shape[1:])
    np.testing.assert_array_equal(guess[0], SLOPE[0])
    assert (guess[1] == 0).all()


@pytest.mark.parametrize('factors', [(2, 3), (1, 4)])
def test_pixels_stay_where_they_were_when_they_become_more(factors):
    rows, columns = factors
    shape = (45 * rows, 70 * columns)
    guess = first_guess(SLOPE, np.ones(SLOPE.shape, bool), shape)
    assert guess.shape == (1, *shape)
    means = guess.reshape(1, 45, rows, 70, columns).mean((2, 4))
    inner = (slice(None), slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(means[inner], SLOPE[inner], rtol=1e-5)


def test_a_volume_is_filled_smoothly():
    z, y, x = np.mgrid[:20, :24, :30]
    slope = (z + 2.0 * y - x)[np.newaxis]
    known = np.random.default_rng(0).random(slope.shape) < 0.4
    guess = first_guess(np.where(known, slope, np.nan), known, (40, 24, 30))
    assert guess.shape == (1, 40, 24, 30)
    means = guess.reshape(1, 20, 2, 24, 30).mean(2)
    assert np.abs(means - slope).mean() < 2

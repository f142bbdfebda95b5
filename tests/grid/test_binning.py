"""Binned planes, and back to the grid of the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.grid.binning import (
    bin_planes,
    first_guess,
    largest_bins,
    unbin_planes,
)


@given(
    rows=st.integers(16, 40),
    columns=st.integers(16, 40),
    side=st.integers(2, 4),
)
def test_a_plane_of_one_value_keeps_it_at_any_size(rows, columns, side):
    planes = np.full((2, rows, columns), 7.0)
    binned, known = bin_planes(planes, np.ones_like(planes, bool), side)
    assert known.all()
    assert binned.shape == (2, -(-rows // side), -(-columns // side))
    back = unbin_planes(binned, side, (rows, columns))
    np.testing.assert_allclose(back, planes)


def test_only_known_pixels_are_averaged():
    planes = np.array([[[1.0, 3.0], [np.nan, 5.0]]])
    binned, known = bin_planes(planes, np.isfinite(planes), 2)
    assert known.all()
    assert binned[0, 0, 0] == pytest.approx(3.0)


def test_a_square_without_a_known_pixel_is_unknown():
    planes = np.ones((1, 4, 4))
    known = np.ones_like(planes, bool)
    known[0, :2, :2] = False
    assert bin_planes(planes, known, 2)[1].tolist() == [
        [[False, True], [True, True]]
    ]


@pytest.mark.parametrize('side', [2, 3])
def test_a_ramp_comes_back_where_it_was(side):
    columns = np.arange(48.0)
    planes = np.broadcast_to(columns, (1, 48, 48))
    binned, _ = bin_planes(planes, np.ones(planes.shape, bool), side)
    back = unbin_planes(binned, side, (48, 48))
    inner = np.s_[:, 12:-12, 12:-12]
    np.testing.assert_allclose(back[inner], planes[inner], atol=0.02)


@pytest.mark.parametrize(
    ('shape', 'side'), [((20, 500), 1), ((64, 64), 2), ((500, 130), 4)]
)
def test_binning_leaves_enough_pixels(shape, side):
    assert largest_bins(shape) == side


def test_cubes_of_a_volume_are_averaged_and_come_back():
    volume = np.full((1, 20, 32, 19), 7.0)
    known = np.ones_like(volume, bool)
    known[0, :2, :2, :2] = False
    volume[~known] = np.nan
    binned, measured = bin_planes(volume, known, 2)
    assert binned.shape == (1, 10, 16, 10)
    assert not measured[0, 0, 0, 0]
    assert measured.sum() == measured.size - 1
    np.testing.assert_array_equal(binned[measured], 7)
    back = unbin_planes(np.where(measured, binned, 7), 2, (20, 32, 19))
    np.testing.assert_allclose(back[0], np.full((20, 32, 19), 7.0))


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

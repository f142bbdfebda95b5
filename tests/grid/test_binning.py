"""Binned planes, and back to the grid of the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.grid.binning import (
    bin_planes,
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

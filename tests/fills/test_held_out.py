from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from napari_dip.fills.held_out import lay_copy

ROWS, COLUMNS = np.mgrid[:96, :120]
DISC = np.hypot(ROWS - 30, COLUMNS - 40) < 9
LINES = ROWS % 24 < 3
HALF = np.random.default_rng(1).random(ROWS.shape) < 0.5
MASKS = {'disc': DISC, 'lines': LINES, 'half': HALF}


@pytest.mark.parametrize('missing', MASKS.values(), ids=MASKS)
def test_known_pixels_are_held_out_and_enough_stay(missing):
    copy = lay_copy(missing[None], np.random.default_rng(0))[0]
    assert copy.any()
    assert not (copy & missing).any()
    assert copy.sum() <= 0.2 * (~missing).sum()


def test_a_hole_has_the_size_and_shape_of_the_other():
    for seed in range(5):
        copy = lay_copy(DISC[None], np.random.default_rng(seed))[0]
        depth, real = map(distance_transform_edt, (copy, DISC))
        assert depth.max() >= real.max() - 1.5


def test_lines_stay_lines():
    copy = lay_copy(LINES[None], np.random.default_rng(0))[0]
    rows = copy.any(axis=1)
    np.testing.assert_array_equal(copy[rows].all(axis=1), True)
    # Apart from the others.
    assert not (copy[1:] & LINES[:-1]).any()


def test_channels_are_held_out_where_they_miss():
    missing = np.stack([DISC, np.zeros_like(DISC)])
    copy = lay_copy(missing, np.random.default_rng(0))
    assert copy[0].any()
    assert not copy[1].any()


def test_the_same_generator_lays_the_same_copy():
    first, second = (
        lay_copy(DISC[None], np.random.default_rng(3)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_where_no_copy_fits_single_pixels_are_held_out():
    missing = np.zeros((1, 40, 40), bool)
    missing[0, :, 5:] = True
    copy = lay_copy(missing, np.random.default_rng(0))
    assert copy.any()
    assert not (copy & missing).any()


def test_scattered_pixels_are_held_out_among_as_many_known_ones():
    # Holes of a copy that touch the others would be deeper than those are.
    missing = np.random.default_rng(1).random((1, 200, 200)) < 0.5
    copy = lay_copy(missing, np.random.default_rng(0), 0.05)[0]
    known = ~(missing[0] | copy)
    near = np.pad(known, 1)
    around = sum(
        near[1 + a : near.shape[0] - 1 + a, 1 + b : near.shape[1] - 1 + b]
        for a, b in ((-1, 0), (1, 0), (0, -1), (0, 1))
    )
    held = np.asarray(around)[copy].mean()
    real = np.asarray(around)[missing[0]].mean()
    assert held > 0.9 * real

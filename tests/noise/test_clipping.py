from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.noise.clipping import Clipping, find_clipping

_INFINITE = float('inf')


def _scene(low, high, side=128):
    """A smooth field that spans the given intensities."""
    rows, columns = np.mgrid[:side, :side] / side
    wave = (np.sin(7 * rows) * np.cos(5 * columns) + 1) / 2
    return low + (high - low) * wave


def _noisy(scene, deviation, low=-np.inf, high=np.inf, seed=0):
    noise = np.random.default_rng(seed).normal(0, deviation, scene.shape)
    return np.clip(np.rint(scene + noise), low, high)


def test_the_mean_of_clipped_noise_is_that_of_a_simulation():
    light = np.array([0.0, 10.0, 128.0, 250.0])
    drawn = _noisy(np.tile(light, (200_000, 1)), 25, 0, 255)
    found = Clipping(0.0, 255.0, 25.0).mean(light)
    assert np.allclose(found, drawn.mean(axis=0), atol=0.3)


@given(
    light=st.floats(1, 254),
    deviation=st.floats(1, 60),
    limited=st.sampled_from([(True, False), (False, True), (True, True)]),
)
def test_undone_is_what_it_was(light, deviation, limited):
    low, high = limited
    clipping = Clipping(
        0.0 if low else -_INFINITE, 255.0 if high else _INFINITE, deviation
    )
    values = np.array([light])
    back = clipping.undo(clipping.mean(values))
    assert np.allclose(back, values, atol=0.02 * deviation)


def test_nothing_lies_beyond_the_limits():
    undone = Clipping(0.0, 255.0, 25.0).undo(
        np.array([-5.0, 3.0, 253.0, 300.0])
    )
    assert undone.min() >= 0
    assert undone.max() <= 255


@pytest.mark.parametrize(
    ('low', 'high', 'limits'),
    [
        (-np.inf, np.inf, None),
        (0, np.inf, (0.0, _INFINITE)),
        (-np.inf, 255, (-_INFINITE, 255.0)),
        (0, 255, (0.0, 255.0)),
    ],
)
def test_clipped_noise_is_found(low, high, limits):
    plane = _noisy(_scene(-20, 275), 25, low, high)
    found = find_clipping(plane, 25.0)
    assert (found and (found.low, found.high)) == limits


def test_black_that_was_set_is_no_clipped_noise():
    scene = _scene(0, 200)
    plane = np.where(scene > 60, _noisy(scene, 10), 0.0)
    assert find_clipping(plane, 10.0) is None


def test_no_noise_no_clipping():
    assert find_clipping(np.clip(_scene(-50, 300), 0, 255), 0.0) is None


def test_missing_pixels_have_no_part():
    plane = _noisy(_scene(-20, 200), 25, 0)
    plane[:20] = np.nan
    found = find_clipping(plane, 25.0)
    assert found is not None
    assert found.low == 0

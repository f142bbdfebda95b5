from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from napari_dip.noise.line_scan import scanned_along
from tests.noise.drawn import CELLS, WHITE, photons, scanned


@given(
    peak=st.floats(3, 60),
    memory=st.floats(0.35, 0.55),
    seed=st.integers(0, 100),
)
@settings(max_examples=20, deadline=None)
def test_a_slow_detector_is_found_along_either_axis(peak, memory, seed):
    image = scanned(photons(peak, seed), memory)
    assert scanned_along(image) == 1
    assert scanned_along(image.T) == 0


@given(
    peak=st.floats(3, 300),
    memory=st.floats(0, 0.1),
    seed=st.integers(0, 100),
)
@settings(max_examples=20, deadline=None)
def test_a_detector_that_is_quick_enough_is_none(peak, memory, seed):
    assert scanned_along(scanned(photons(peak, seed), memory)) is None


@pytest.mark.parametrize(
    'image',
    [
        gaussian_filter(WHITE, 0.7) + CELLS,
        WHITE + 20 * WHITE[:, :1] + CELLS,
        WHITE + 200 * np.sin(np.arange(256) / 2)[:, None],
        CELLS + np.tile(CELLS[::4], (4, 1)),
        np.zeros((256, 256)),
        np.full((256, 256), np.nan),
        scanned(WHITE, 0.5)[:48, :48],
    ],
    ids=['all around', 'lines', 'waves', 'no noise', 'flat', 'none', 'small'],
)
def test_nothing_else_passes_for_it(image):
    assert scanned_along(image) is None


def test_missing_pixels_are_no_hindrance():
    image = scanned(WHITE, 0.5) + CELLS
    image[40:90, 30:200] = np.nan
    assert scanned_along(image) == 1

from __future__ import annotations

import numpy as np
import pytest

from napari_dip.images.guide import resample


def slopes(rows: int, columns: int) -> np.ndarray:
    return np.add.outer(3.0 * np.arange(rows), np.arange(columns))


def test_a_finer_guide_is_averaged_to_the_pixels_of_the_image():
    matrix = [[2, 0, 0.5], [0, 2, 0.5]]
    found = resample(slopes(40, 40), matrix, (20, 20))
    wanted = 2 * slopes(20, 20) + 2
    np.testing.assert_allclose(
        found[2:-2, 2:-2], wanted[2:-2, 2:-2], rtol=1e-4
    )
    noise = np.random.default_rng(0).normal(size=(80, 80))
    assert resample(noise, matrix, (40, 40)).std() < 0.6


def test_where_a_guide_does_not_reach_it_is_missing():
    found = resample(slopes(10, 10), [[1, 0, 2], [0, 1, 0]], (10, 10))
    assert np.isnan(found[-2:]).all()
    np.testing.assert_allclose(found[:-2], slopes(10, 10)[2:])


def test_channels_are_brought_one_by_one():
    colours = np.stack([slopes(8, 8), -slopes(8, 8)], -1)
    found = resample(colours, [[1, 0, 0], [0, 1, 0]], (8, 8))
    np.testing.assert_allclose(found, colours)
    assert found.dtype == np.float32


@pytest.mark.parametrize('turn', [[[0, 1, 0], [1, 0, 0]]])
def test_a_turned_guide(turn):
    guide = slopes(8, 6)
    np.testing.assert_allclose(resample(guide, turn, (6, 8)), guide.T)

"""Markers and borders of one value are never taken for intensities."""

from __future__ import annotations

import numpy as np
import pytest

from napari_dip import find_missing, inpaint, super_resolve

ROWS, COLUMNS = np.mgrid[:64, :64]
CLEAN = 300 + 100 * np.sin(COLUMNS / 6) * np.cos(ROWS / 9)
COUNTS = np.random.default_rng(0).poisson(CLEAN).astype(float)
QUICK = {'preset': 'fast', 'max_num_iter': 40, 'return_info': True}


@pytest.fixture
def mask():
    mask = np.zeros(COUNTS.shape, bool)
    mask[40:44, 10:50] = True
    return mask


@pytest.mark.slow
@pytest.mark.parametrize('value', [-1, -9999, 65535, 1e30])
def test_a_gap_is_filled_beside_the_mask(mask, value):
    image = COUNTS.copy()
    image[40:44, 10:50] = 0
    image[18:24, 20:40] = value
    restored, info = inpaint(image, mask, **QUICK)
    filled = mask | (image == value)
    assert np.abs(restored - CLEAN)[filled].max() < 200
    np.testing.assert_array_equal(restored[~filled], image[~filled])
    assert any(note.startswith('120 pixels of') for note in info.notes)


@pytest.mark.slow
def test_a_border_keeps_its_value_and_tells_nothing(mask):
    image = COUNTS.copy()
    image[:8] = 0
    mask[8:10] = True
    restored, info = inpaint(image, mask, **QUICK)
    assert not restored[:8].any()
    # Filled from below, and not from the zeros above.
    assert np.abs(restored - CLEAN)[8:10].mean() < 60
    assert any('left as they are' in note for note in info.notes)


@pytest.mark.slow
def test_a_border_that_the_mask_marks_is_filled(mask):
    image = COUNTS.copy()
    image[:4] = 0
    mask |= find_missing(image, 'borders')
    restored, info = inpaint(image, mask, **QUICK)
    assert restored[:4].min() > 50
    assert not any('left as they are' in note for note in info.notes)


@pytest.mark.slow
def test_a_dead_channel_is_filled_with_the_help_of_the_others():
    # Detail that only the other channel shows where rows are lost.
    spots = np.random.default_rng(3).random((64, 64)) > 0.97
    detail = 400 * spots + CLEAN
    image = np.stack([detail, 2 * detail + 50])
    image[0, 24:34] = 0
    mask = np.zeros(image.shape, bool)
    mask[0, 24:34] = True
    quick = {**QUICK, 'max_num_iter': 80}
    both, _ = inpaint(image, mask, channel_axis=0, **quick)
    alone, _ = inpaint(image[0], mask[0], **quick)

    def error(found):
        return np.sqrt(np.mean((found - detail)[24:34] ** 2))

    assert error(both[0]) < error(alone)
    np.testing.assert_array_equal(both[1], image[1].astype(np.float32))


@pytest.mark.parametrize(
    'value', [1e30, pytest.param(-1, marks=pytest.mark.slow)]
)
def test_a_gap_is_enlarged_as_missing(value):
    image = COUNTS.copy()
    image[18:24, 20:40] = value
    large, info = super_resolve(image, 2, **QUICK)
    assert large.min() > 0
    assert large.max() < 700
    gap, noise = info.notes
    assert gap.startswith('120 pixels of')
    assert 'SNR' in noise

from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.parts import (
    judged_regions,
    number_that_judge,
    scene_side,
    usual_side,
)


def test_where_much_is_missing_a_small_part_tells_as_much():
    assert usual_side(0.5) == pytest.approx(128, abs=1)
    assert usual_side(0.0) == usual_side(0.01) == 256


def test_a_part_holds_the_deepest_hole_whole():
    missing = np.zeros((1, 200, 200), bool)
    missing[:, 60:140, 60:140] = True
    assert scene_side(missing) >= 4 * 80


@pytest.mark.parametrize('shape', [(256, 256), (300, 700), (97, 80), (60, 40)])
def test_parts_that_judge_cover_the_image_and_do_not_meet(shape):
    missing = np.random.default_rng(0).random((1, *shape)) < 0.499
    counts = np.zeros(shape, int)
    for region in judged_regions(missing):
        region.cut(counts)[:] += 1
        assert max(region.shape) <= scene_side(missing)
    assert counts.max() == 1
    assert counts.mean() > 0.7


def test_small_parts_judge_by_as_many_pixels_as_a_large_one():
    assert number_that_judge(1, 256**2) == 2
    assert number_that_judge(4, 256**2) == 4
    assert number_that_judge(4, 128**2) == 16

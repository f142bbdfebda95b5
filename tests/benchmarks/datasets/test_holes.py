from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.folder import find_case, find_cases
from benchmarks.datasets.holes import DRAWN, draw_scratch


def test_scratch_is_the_same_every_time_and_small():
    first, second = draw_scratch((256, 256)), draw_scratch((256, 256))
    np.testing.assert_array_equal(first, second)
    assert 0.03 < first.mean() < 0.15


def test_scratch_crosses_frames_of_any_proportion():
    scratch = draw_scratch((90, 140))
    assert scratch[5:-5].any(axis=1).all()


def test_scratch_hides_the_truth_and_leaves_the_rest(data):
    problem = find_case(data, 'holes', 'scratch').load()
    assert problem.mask.any()
    assert not problem.image[problem.mask].any()
    known = ~problem.mask
    np.testing.assert_array_equal(problem.image[known], problem.truth[known])


def test_scratch_is_scored_over_the_range_of_its_truth(data):
    case = find_case(data, 'holes', 'scratch')
    problem = case.load()
    truth = problem.truth.astype(float)
    off = truth + np.where(problem.mask, 0.1 * np.ptp(truth), 0)
    figures = case.score(off, problem)
    assert figures['psnr_missing'] == pytest.approx(20)
    assert figures['psnr'] > 20


@pytest.mark.parametrize('mask', DRAWN)
def test_drawn_masks_are_the_same_every_time_and_leave_most(mask):
    one, other = (
        DRAWN[mask]((96, 128), np.random.default_rng(1)) for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)
    assert one.dtype == bool
    assert 0 < one.mean() < 0.6


def test_each_drawn_mask_is_laid_over_each_image(data):
    found = find_cases(data, ['inpaint-drawn'])
    names = [case.name for case in found]
    assert 'tissue-blobs' in names
    assert len(names) == len(set(names)) == len(DRAWN) * (len(names) // 6)
    problem = next(c for c in found if c.name == 'membranes-half').load()
    assert problem.image.shape == problem.mask.shape == (48, 48)
    assert not problem.image[problem.mask].any()

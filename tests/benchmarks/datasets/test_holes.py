from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.folder import find_case
from benchmarks.datasets.holes import draw_scratch


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

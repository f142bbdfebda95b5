from __future__ import annotations

import numpy as np
from scipy.stats import binom

from napari_dip.masks.false_alarms import (
    evidence_of_count,
    independent_part,
)


def test_evidence_bounds_the_binomial_tail():
    counts = np.arange(41)
    tail = binom.sf(counts - 1, 40, 1 / 3)
    bound = np.exp(-evidence_of_count(counts, 40, 1 / 3))
    assert np.all(tail <= bound * (1 + 1e-9))


def test_no_trials_are_no_evidence():
    assert evidence_of_count(0, 0, 0.3) == 0


def test_marks_that_go_together_count_less():
    marks = np.random.default_rng(0).random((200, 200)) < 0.3
    everywhere = np.ones_like(marks)
    assert independent_part(marks, everywhere) > 0.9
    doubled = marks.repeat(2, axis=1)
    assert independent_part(doubled, everywhere.repeat(2, axis=1)) < 0.6
    assert independent_part(marks, ~everywhere) == 1

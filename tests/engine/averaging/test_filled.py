from __future__ import annotations

import numpy as np

from napari_dip.engine.averaging.filled import judged_share, shares
from napari_dip.fills.combination import NUM_CLASSES


def sums(added, lacks, one=0):
    found = np.zeros((4, NUM_CLASSES))
    products = added @ lacks, added @ added, lacks @ lacks, len(added)
    found[:, one] = products
    return found


def test_what_is_lacking_is_taken_as_a_whole():
    added = np.random.default_rng(0).normal(size=5000)
    assert shares(*sums(added, added))[0] > 0.99
    assert abs(shares(*sums(added, 0.5 * added))[0] - 0.5) < 0.05


def test_what_leads_away_or_is_chance_is_not_taken():
    added, other = np.random.default_rng(0).normal(size=(2, 5000))
    assert shares(*sums(added, -added))[0] == 0
    assert shares(*sums(added, other))[0] < 0.05


def test_without_held_out_pixels_nothing_is_taken():
    assert (shares(*np.zeros((4, NUM_CLASSES))) == 0).all()


def test_the_error_of_what_is_taken_is_never_above_that_of_nothing():
    classes = np.zeros(300, int)
    for seed in range(5):
        drawn = np.random.default_rng(seed).normal(size=(2, 300))
        lacks, added = drawn.astype(np.float32)
        found = judged_share(lacks, added, classes, 300.0)
        assert found.squares <= (lacks**2).sum() * (1 + 1e-6)
        found = judged_share(lacks, lacks + 0.1 * added, classes, 300.0)
        assert found.taken[0] > 0.9
        assert found.squares < 0.05 * (lacks**2).sum()

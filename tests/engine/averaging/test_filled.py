from __future__ import annotations

import numpy as np

from napari_dip.engine.averaging.filled import shares
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

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.prior.schedules import learning_rate_factor


@given(progress=st.floats(0, 5))
def test_the_rate_never_vanishes_nor_exceeds_its_greatest(progress):
    assert 0 < learning_rate_factor('one_cycle', progress) <= 1
    assert learning_rate_factor('constant', progress) == 1


def test_one_cycle_rises_for_a_fifth_and_falls_to_the_floor():
    steps = [learning_rate_factor('one_cycle', i / 100) for i in range(121)]
    assert steps[0] < 0.05
    assert steps[:20] == sorted(steps[:20])
    assert steps[20] == 1
    assert steps[20:101] == sorted(steps[20:101], reverse=True)
    # A fit that is continued goes on with small steps.
    assert steps[100:] == pytest.approx([0.02] * 21)

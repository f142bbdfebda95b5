from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.engine.settings import constant, one_cycle


@given(iteration=st.integers(0, 500), warm_up=st.none() | st.integers(1, 500))
def test_the_rate_never_vanishes_nor_exceeds_its_greatest(iteration, warm_up):
    factor = one_cycle(iteration, 100, warm_up)
    assert 0 < factor <= 1
    assert constant(iteration, 100, warm_up) == 1


@pytest.mark.parametrize(
    ('warm_up', 'rise'), [(None, 20), (20, 20), (50, 20), (5, 5)]
)
def test_one_cycle_rises_and_falls_to_the_floor(warm_up, rise):
    steps = [one_cycle(i, 100, warm_up) for i in range(121)]
    assert steps[0] < 0.05
    assert steps[:rise] == sorted(steps[:rise])
    assert steps[rise] == 1
    assert steps[rise:101] == sorted(steps[rise:101], reverse=True)
    # A fit that is continued goes on with small steps.
    assert steps[100:] == pytest.approx([0.02] * 21)

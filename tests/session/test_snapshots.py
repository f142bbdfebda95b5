from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.session.snapshots import Snapshot, Snapshots


def offered(count: int, capacity: int) -> list[int]:
    snapshots = Snapshots(capacity)
    for iteration in range(count):
        snapshots.add(Snapshot(iteration, np.zeros((1, 1), np.float32)))
    assert len(snapshots) == len(list(snapshots)) <= capacity
    return [snapshot.iteration for snapshot in snapshots]


@given(count=st.integers(1, 500), capacity=st.integers(2, 20))
def test_they_are_bounded_and_evenly_spread(count, capacity):
    kept = offered(count, capacity)
    assert kept[0] == 0
    steps = set(np.diff(kept).tolist())
    assert len(steps) <= 1
    if count > capacity:
        assert len(kept) >= capacity // 2
        # The spread reaches to the end.
        assert count - kept[-1] <= max(steps, default=count)


def test_up_to_the_capacity_all_are_kept():
    assert offered(16, 16) == list(range(16))


def test_they_are_reached_by_index_and_forgotten():
    snapshots = Snapshots()
    snapshots.add(Snapshot(5, np.ones((2, 2), np.float32)))
    assert snapshots[0].iteration == snapshots[-1].iteration == 5
    snapshots.clear()
    assert list(snapshots) == []
    with pytest.raises(IndexError):
        snapshots[0]


def test_after_forgetting_it_starts_anew():
    snapshots = Snapshots(2)
    for iteration in range(9):
        snapshots.add(Snapshot(iteration, np.zeros((1, 1), np.float32)))
    snapshots.clear()
    for iteration in (20, 21):
        snapshots.add(Snapshot(iteration, np.zeros((1, 1), np.float32)))
    assert [s.iteration for s in snapshots] == [20, 21]

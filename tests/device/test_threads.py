from __future__ import annotations

import pytest
import torch

from napari_dip.device import threads


@pytest.mark.parametrize(
    ('affinity', 'count', 'expected'),
    [(range(8), 64, 7), ({3}, 64, 1), (None, 4, 3), (None, None, 1)],
)
def test_a_core_is_left_to_the_interface(
    monkeypatch, affinity, count, expected
):
    monkeypatch.setattr(threads, '_has_affinity', lambda: affinity is not None)
    monkeypatch.setattr(
        threads.os, 'sched_getaffinity', lambda pid: affinity, raising=False
    )
    monkeypatch.setattr(threads.os, 'cpu_count', lambda: count)
    asked = []
    monkeypatch.setattr(torch, 'set_num_threads', asked.append)
    threads.leave_room_for_interface()
    assert asked == [expected]

from __future__ import annotations

import time

import pytest
import torch

from benchmarks.speed.busy import busy, covered

CPU = torch.device('cpu')


@pytest.mark.parametrize(
    ('spans', 'length'),
    [
        ([], 0),
        ([(1, 3), (4, 5)], 3),
        ([(4, 5), (1, 3)], 3),
        ([(1, 3), (2, 5)], 4),
        ([(1, 5), (2, 3), (4, 5)], 4),
    ],
    ids=['none', 'apart', 'in any order', 'overlapping', 'within'],
)
def test_time_that_several_take_together_counts_once(spans, length):
    assert covered(spans) == length


def test_waiting_is_not_being_busy():
    one = torch.randn(512, 512)

    def work(pause):
        for _ in range(20):
            one @ one
            time.sleep(pause)

    assert 0 < busy(lambda: work(0.05), CPU) < 0.5
    assert busy(lambda: work(0.05), CPU) < busy(lambda: work(0), CPU) <= 1.01

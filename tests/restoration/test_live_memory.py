from __future__ import annotations

import pytest
import torch
from napari_dip.restoration.live_memory import LiveMemory

# Of 32-bit floats.
SIZE = 1000
BYTES = 4 * SIZE


def test_what_is_there_at_the_same_time_is_counted():
    with LiveMemory() as memory:
        first = torch.ones(SIZE)
        second = first + 1
        del first, second
        torch.ones(SIZE)
    assert memory.peak == 2 * BYTES


@pytest.mark.parametrize(
    'view',
    [lambda x: x[10:], lambda x: x.view(10, -1), lambda x: x.add_(1)],
)
def test_what_shares_memory_is_counted_once(view):
    with LiveMemory() as memory:
        made = torch.ones(SIZE)
        seen = view(made)
        del seen
    assert memory.peak == BYTES


def test_what_was_there_before_is_not_counted():
    before = torch.ones(SIZE)
    with LiveMemory() as memory:
        float(before.sum())
    assert memory.peak < 100


def test_the_way_back_is_counted():
    weight = torch.ones(SIZE, requires_grad=True)
    with LiveMemory() as memory:
        for _ in range(3):
            weight.square().sum().backward()
            weight.grad = None
    # A square, and two factors of the gradient at a time.
    assert 2 * BYTES <= memory.peak <= 4 * BYTES

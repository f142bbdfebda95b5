from __future__ import annotations

import torch

from benchmarks.speed.traffic import Traffic


def moved(work) -> int:
    with Traffic() as traffic:
        work()
    return traffic.bytes


def test_an_operation_reads_its_arguments_and_writes_its_result():
    one, two = torch.zeros(10, 10), torch.zeros(10, 10)
    assert moved(lambda: one + two) == 3 * 400


def test_views_move_nothing():
    one = torch.zeros(10, 10)
    assert moved(lambda: one[2:].transpose(0, 1).reshape(10, 8)) == 0


def test_an_expanded_tensor_is_read_once():
    one, row = torch.zeros(10, 10), torch.zeros(1, 10)
    assert moved(lambda: one + row.expand(10, 10)) == 400 + 40 + 400


def test_the_way_back_counts_too():
    one = torch.zeros(10, 10, requires_grad=True)
    forward = moved(lambda: one.square().sum())
    assert moved(lambda: one.square().sum().backward()) > 2 * forward

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest
import torch

from napari_dip.device.lock import in_turn

CPU = torch.device('cpu')


def side_by_side(*work) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert not any(thread.is_alive() for thread in threads)


def test_fits_on_one_device_take_turns():
    order: list[str] = []
    ready = threading.Barrier(2)

    def iterate(name: str) -> None:
        ready.wait()
        for _ in range(10):
            with in_turn(CPU):
                order.append(f'{name} begins')
                time.sleep(0.005)
                order.append(f'{name} ends')

    side_by_side(lambda: iterate('one'), lambda: iterate('two'))
    begins, ends = order[::2], order[1::2]
    assert [b.split()[0] for b in begins] == [e.split()[0] for e in ends]
    # Neither has to wait for more than an iteration of the other, but at
    # the start and the end.
    middle = [begin.split()[0] for begin in begins][2:-2]
    assert all(a != b for a, b in pairwise(middle))


def test_other_devices_do_not_wait():
    inside = threading.Barrier(2, timeout=5)

    def work(device: torch.device) -> None:
        with in_turn(device):
            inside.wait()

    side_by_side(lambda: work(CPU), lambda: work(torch.device('cuda', 0)))


def test_an_error_lets_the_next_one_in():
    with pytest.raises(ValueError, match='mine'), in_turn(CPU):
        raise ValueError('mine')
    with in_turn(CPU):
        pass

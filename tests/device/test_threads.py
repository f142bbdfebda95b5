from __future__ import annotations

import threading
import time
from collections import namedtuple
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch

from napari_dip import denoise
from napari_dip.device import threads
from napari_dip.device.threads import (
    Load,
    choose_threads,
    in_turn,
    use_threads,
)

CPU = torch.device('cpu')
Core = namedtuple('Core', 'user system idle iowait guest')


class Machine:
    """Counters of cores, a tenth of a second from one reading to the next."""

    def __init__(self, others, own=0.0, cores=None):
        self._others, self._own = others, own
        self._cores = cores or range(len(others))
        self._readings = 0

    def cpu_times(self, percpu):
        seconds = 0.1 * self._readings
        self._readings += 1
        return [
            Core(
                user=part * seconds,
                system=0.0,
                idle=(1 - part) * seconds,
                iowait=0.0,
                guest=part * seconds / 2,
            )
            for part in self._others
        ]

    def process(self):
        seconds = 0.1 * (self._readings - 1)
        return SimpleNamespace(user=self._own * seconds, system=0.0)

    def affinity(self):
        return self._cores


@pytest.fixture
def load(monkeypatch):
    """Load of a machine whose cores others take a part of."""

    def load(others, own=0.0, cores=None):
        machine = Machine(others, own, cores)
        process = SimpleNamespace(
            cpu_times=machine.process, cpu_affinity=machine.affinity
        )
        fake = SimpleNamespace(
            cpu_times=machine.cpu_times, Process=lambda: process
        )
        monkeypatch.setattr(threads, 'psutil', fake)
        monkeypatch.setattr(threads.time, 'sleep', lambda seconds: None)
        return Load()

    return load


@pytest.fixture
def caller():
    """Set the number of threads of the caller, for as long as the test."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ('others', 'own', 'spare', 'most', 'expected'),
    [
        # Quiet.
        ([0, 0], 0, 0, 2, 2),
        ([0.1, 0.1], 0, 0, 2, 2),
        ([0.02] * 8, 0, 0, 8, 8),
        # Others are at work.
        ([1, 0.1], 0, 0, 2, 1),
        ([1, 1], 0, 0, 2, 1),
        ([1, 1, 1, 0, 0, 0, 0, 0], 0, 0, 8, 5),
        # What this process takes is its own.
        ([1, 0], 1, 0, 2, 2),
        # A core is left to the interface.
        ([0] * 8, 0, 1, 8, 7),
        ([0, 0], 0, 1, 2, 1),
        ([0], 0, 1, 1, 1),
        # No more than the caller has set.
        ([0] * 8, 0, 0, 3, 3),
        ([0] * 8, 0, 1, 3, 3),
        ([0] * 8, 0, 0, 1, 1),
    ],
)
def test_a_fit_takes_what_is_idle(
    load, caller, others, own, spare, most, expected
):
    seen = load(others, own)
    caller(most)
    assert choose_threads(CPU, seen, spare) == expected


def test_cores_that_it_may_not_run_on_do_not_count(load, caller):
    caller(8)
    assert choose_threads(CPU, load([1, 0, 0, 1] * 2, cores=[1, 2])) == 2


def test_a_machine_that_does_not_tell_is_taken_as_quiet(monkeypatch, caller):
    caller(4)
    load = Load()
    monkeypatch.setattr(load, 'idle_cores', lambda: None)
    assert choose_threads(CPU, load) == 4
    assert choose_threads(CPU, load, spare_cores=1) == 3


def test_nothing_is_chosen_on_a_gpu():
    assert choose_threads(torch.device('cuda'), Load()) is None
    before = torch.get_num_threads()
    with use_threads(None):
        assert torch.get_num_threads() == before


def test_this_machine_tells_its_load():
    idle = Load().idle_cores()
    assert idle is None or idle >= 0


def test_the_number_of_the_caller_is_restored(caller):
    caller(3)
    with use_threads(2):
        assert torch.get_num_threads() == 2
        with use_threads(1):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == 3
    with pytest.raises(ZeroDivisionError), use_threads(2):
        raise ZeroDivisionError
    assert torch.get_num_threads() == 3


def test_a_new_thread_knows_the_number_of_the_caller(load, caller):
    caller(3)
    seen = load([0] * 8)
    told = []

    def ask():
        told.append(choose_threads(CPU, seen))
        with use_threads(2):
            told.append(torch.get_num_threads())
        told.append(torch.get_num_threads())

    with use_threads(1):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        assert torch.get_num_threads() == 1
    assert told == [3, 2, 3]
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures('tiny')
def test_the_record_tells_the_number(load, caller, monkeypatch, image):
    caller(2)
    seen = []
    options = {'preset': 'fast', 'max_num_iter': 1, 'device': 'cpu'}
    for others in ([1, 1], [0, 0]):
        load(others)
        _, record = denoise(image, return_info=True, **options)
        seen.append(record.device)
        assert torch.get_num_threads() == 2
    assert seen == ['cpu (CPU, 1 thread)', 'cpu (CPU, 2 threads)']


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

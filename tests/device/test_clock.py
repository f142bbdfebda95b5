from __future__ import annotations

import time

import pytest

from napari_dip.device.clock import Clock


@pytest.fixture
def moment(monkeypatch):
    moment = [0.0]
    monkeypatch.setattr(time, 'monotonic', lambda: moment[0])
    return moment


def test_only_running_time_counts(moment):
    clock = Clock(spent=2.0, limit=10.0)
    moment[0] += 100
    with clock.running():
        moment[0] += 3
        with clock.running(), clock.held():
            moment[0] += 100
        moment[0] += 1
        assert clock.elapsed == 6
    moment[0] += 100
    assert clock.elapsed == 6
    assert clock.left == 4


def test_what_was_before_counts(moment):
    moment[0] = 7.0
    assert Clock.since(4.0).elapsed == 3
    assert Clock.since(4.0).left is None


def test_the_speed_is_that_of_most_iterations(moment):
    clock = Clock()
    assert clock.speed == 0
    for seconds in (60, 2, 2, 50, 2):
        with clock.timing(4.0):
            moment[0] += seconds
    assert clock.speed == 0.5
    clock.forget_speed()
    assert clock.speed == 0.5
    with clock.timing(1.0):
        moment[0] += 3
    assert clock.speed == 3

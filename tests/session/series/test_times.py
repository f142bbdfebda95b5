"""How long a series has left, planes begun ahead included."""

from __future__ import annotations

from dataclasses import replace

import pytest

from napari_dip.images.stacks.stack import Stack
from napari_dip.session.progress import Progress
from napari_dip.session.series.plan import SeriesPlan, Share
from napari_dip.session.series.times import SeriesTimes

BEGIN, FILTERS = 1.0, 3.0
STACK = Stack((8, 16, 16), 'TYX')


class Clock:
    """A clock that is set by hand."""

    elapsed, left = 0.0, None


class Fitted:
    """A fit whose last steps are not told."""

    last_steps = 0.0


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def times(clock):
    [places] = STACK.series()
    return times_of(Share(places, None), clock)


def times_of(share, clock):
    plan = SeriesPlan(STACK, (1, 1, 1), [share], print, print, {})
    return SeriesTimes(plan, clock)


def begin_ahead(times, clock, number=1):
    for _ in range(number):
        with times.beginning_ahead():
            clock.elapsed += BEGIN


def test_planes_begun_ahead_are_not_counted_twice(clock):
    """Two are begun beside the first, and one beside each of the others."""
    [places] = STACK.series()
    times, left = times_of(Share(places, print), clock), []
    # That of the network has ended.
    times.begin_learning(None)
    times.end_learning(Fitted())
    for plane in range(8):
        if plane == 0:
            clock.elapsed += BEGIN
        else:
            times.take_ahead()
        begin_ahead(times, clock, 2 if plane == 0 else plane < 6)
        clock.elapsed += FILTERS
        times.finish_plane()
        left.append(times.remaining(None))
    true = [(7 - n) * FILTERS + max(5 - n, 0) * BEGIN for n in range(8)]
    assert left == pytest.approx(true)


def test_time_left_falls_within_a_plane(times, clock):
    clock.elapsed += BEGIN
    begin_ahead(times, clock, 2)
    clock.elapsed += FILTERS
    times.finish_plane()
    times.take_ahead()
    before = times.remaining(None)
    begin_ahead(times, clock)
    assert times.remaining(None) == pytest.approx(before - BEGIN)
    clock.elapsed += FILTERS / 2
    assert times.remaining(None) == pytest.approx(before - BEGIN - FILTERS / 2)


def test_what_is_begun_again_is_left_again(times, clock):
    begin_ahead(times, clock, 2)
    clock.elapsed += BEGIN + FILTERS
    times.finish_plane()
    before = times.remaining(None)
    times.forget_ahead()
    assert times.remaining(None) == pytest.approx(before + 2 * BEGIN)


def test_before_the_first_is_done_each_takes_what_it_takes(times, clock):
    clock.elapsed += 2.0
    now = replace(Progress.preparing(2.0), remaining=4.0)
    assert times.remaining(now) == pytest.approx(8 * 6.0 - 2.0)


def test_planes_that_go_on_from_the_first_take_less(times, clock):
    for seconds, left in [(6.0, 7 * 6.0), (2.0, 6 * 2.0), (2.0, 5 * 2.0)]:
        clock.elapsed += seconds
        times.finish_plane()
        assert times.remaining(None) == pytest.approx(left)

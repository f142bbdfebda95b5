from __future__ import annotations

import pytest

from napari_dip.device.clock import go_on
from napari_dip.session.progress import Phase
from napari_dip.viewer.runs.job import Failure, Job


class Clock:
    """Goes on by what is slept."""

    def __init__(self):
        self.seconds = 1000.0

    def monotonic(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr('napari_dip.viewer.runs.job.time', clock)
    return clock


def run_out(job, extend_by=0):
    """Drive a job as its worker does; return updates and outcome."""
    updates = []
    steps = job.work(extend_by)
    while True:
        try:
            update = next(steps)
        except StopIteration as end:
            return updates, end.value
        if update is not None:
            updates.append(update)


def test_updates_lead_to_an_outcome(fake_session, fake_task):
    job = Job(fake_task(fake_session(num_iter=30)), preview_rate=100)
    updates, outcome = run_out(job)
    iterations = [update.progress.iteration for update in updates]
    assert iterations == sorted(iterations)
    assert updates[0].preview.iteration == 1
    assert outcome.progress.iteration == 30
    assert outcome.image[0, 0] == 30.5
    points = [point for update in updates for point in update.curve]
    points += outcome.curve
    assert [iteration for iteration, _, _ in points] == list(range(1, 31))


def test_updates_are_no_more_than_five_a_second(
    fake_session, fake_task, clock
):
    session = fake_session(20, seconds=0.0625, sleep=clock.sleep)
    job = Job(fake_task(session), preview_rate=1)
    updates, _ = run_out(job)
    # The first at once, and one after each 0.2 s.
    assert [u.progress.iteration for u in updates] == [1, 5, 9, 13, 17]
    shown = [u.preview.iteration for u in updates if u.preview is not None]
    assert shown == [1, 17]


def test_previews_take_a_small_part_of_the_time(
    fake_session, fake_task, clock
):
    session = fake_session(60, seconds=0.125, sleep=clock.sleep)
    preview = session.preview

    def slow_preview():
        clock.sleep(0.15)
        return preview()

    session.preview = slow_preview
    updates, _ = run_out(Job(fake_task(session), preview_rate=100))
    shown = [u.preview.iteration for u in updates if u.preview is not None]
    # One of 0.15 s each second of the fit.
    assert shown == [1, 9, 17, 25, 33, 41, 49, 57]


def test_stop_keeps_the_best_so_far(fake_session, fake_task):
    job = Job(fake_task(fake_session(num_iter=10_000)), preview_rate=1)
    steps = job.work()
    while next(steps) is None:
        pass
    job.stop()
    outcome = None
    while outcome is None:
        try:
            next(steps)
        except StopIteration as end:
            outcome = end.value
    assert outcome.progress.reason == 'the user stopped it'
    assert outcome.progress.iteration < 100


def test_pause_waits_and_lets_the_worker_look(fake_session, fake_task):
    session = fake_session(num_iter=10_000)
    job = Job(fake_task(session), preview_rate=1)
    steps = job.work()
    while next(steps) is None:
        pass
    job.pause()
    before = session.progress.iteration
    assert [next(steps) for _ in range(3)] == [None] * 3
    assert session.progress.iteration <= before + 1
    job.resume()
    assert next(steps) is not None
    assert session.progress.iteration > before


def test_stop_ends_a_pause(fake_session, fake_task):
    job = Job(fake_task(fake_session(num_iter=10_000)), preview_rate=1)
    steps = job.work()
    while next(steps) is None:
        pass
    job.pause()
    next(steps)
    job.stop()
    with pytest.raises(StopIteration):
        next(steps)


def test_goes_on_after_the_end(fake_session, fake_task):
    job = Job(fake_task(fake_session(num_iter=10)), preview_rate=1)
    run_out(job)
    _, outcome = run_out(job, extend_by=5)
    assert outcome.progress.iteration == 15


def test_failure_is_returned(fake_session, fake_task):
    job = Job(fake_task(fake_session(fail_at=3)), preview_rate=1)
    _, outcome = run_out(job)
    assert isinstance(outcome, Failure)
    assert 'the engine broke' in outcome.message


def test_release_closes_the_session(fake_session, fake_task):
    session = fake_session()
    job = Job(fake_task(session), preview_rate=1)
    run_out(job)
    job.release()
    job.release()
    assert session.closed


class LongEnd:
    """Session whose result takes steps, at each of which it is looked at."""

    def __init__(self, session, steps):
        self._session, self._steps = session, steps
        self.check = None
        self.made = 0

    def __getattr__(self, name):
        return getattr(self._session, name)

    def __next__(self):
        return next(self._session)

    def result(self):
        for _ in range(self._steps):
            self.made += 1
            if self.check(self._session.progress):
                break
        return self._session.result()


def test_stop_in_the_last_steps_ends_them(
    fake_session, fake_task, monkeypatch
):
    monkeypatch.setattr('napari_dip.viewer.runs.job.UPDATE_INTERVAL', 0)
    session = LongEnd(fake_session(num_iter=3), steps=1000)
    job = Job(fake_task(session), preview_rate=1)
    told = []

    def tell(update):
        told.append(update)
        job.stop()

    job.watch(tell, lambda: False)
    _, outcome = run_out(job)
    assert outcome.image is not None
    assert told
    assert session.made == 1


def test_pause_in_the_last_steps_waits(fake_session, fake_task, monkeypatch):
    monkeypatch.setattr('napari_dip.viewer.runs.job.UPDATE_INTERVAL', 0)
    session = LongEnd(fake_session(num_iter=3), steps=5)
    job = Job(fake_task(session), preview_rate=1)
    asked = []

    def is_aborted():
        if not job._may_go_on.is_set():
            asked.append(session.made)
            job.resume()
        return False

    job.watch(lambda update: job.pause(), is_aborted)
    _, outcome = run_out(job)
    assert outcome.image is not None
    assert session.made == 5
    # Held at each, and before that in the preparation.
    assert asked == [0, 1, 2, 3, 4, 5]


def test_a_worker_that_is_aborted_ends_the_last_steps(fake_session, fake_task):
    session = LongEnd(fake_session(num_iter=3), steps=1000)
    job = Job(fake_task(session), preview_rate=1)
    job.watch(lambda update: None, lambda: True)
    run_out(job)
    assert session.made == 1


class LongPreparation:
    """Request whose preparation looks up a few times."""

    def __init__(self, session, looks=3):
        self._session = session
        self._looks = looks
        self.done = 0

    def start(self):
        for _ in range(self._looks):
            go_on()
            self.done += 1
        return self._session


def test_the_preparation_is_told_as_a_phase(fake_session, monkeypatch):
    monkeypatch.setattr('napari_dip.viewer.runs.job.UPDATE_INTERVAL', 0)
    job = Job(LongPreparation(fake_session(num_iter=3)), preview_rate=1)
    told = []
    job.watch(told.append, lambda: False)
    updates, outcome = run_out(job)
    assert {u.progress.phase for u in told} == {Phase.PREPARING}
    assert len(told) == 1 + 3
    assert Phase.PREPARING not in {u.progress.phase for u in updates}
    assert outcome.progress.iteration == 3


def test_discarding_ends_the_preparation_at_once(fake_session):
    request = LongPreparation(fake_session(num_iter=3))
    job = Job(request, preview_rate=1)
    job.watch(lambda update: None, lambda: request.done == 1)
    updates, outcome = run_out(job)
    assert (updates, outcome) == ([], None)
    assert request.done == 1

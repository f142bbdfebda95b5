from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.presets.options import Options
from napari_dip.session.base import Snapshot, Snapshots, run
from napari_dip.tasks.denoise import start_denoising

pytestmark = pytest.mark.usefixtures('tiny')


def start(image, num_iter):
    options = Options('fast', device='cpu', max_num_iter=num_iter)
    return start_denoising(image, options=options)


@pytest.fixture
def session(image):
    return start(image, 4)


def test_it_runs_to_the_end_and_closes(session):
    image = run(session)
    assert isinstance(image, np.ndarray)
    assert session.finished
    assert session._fit.problem is None


def test_the_record_comes_only_if_asked_for(session):
    image, record = run(session, return_info=True)
    assert image.dtype == np.float32
    assert record.iterations == 4


@pytest.mark.parametrize('answer', [None, False, 0, 1, 'yes', np.ones(2)])
def test_only_true_stops(session, answer):
    _, record = run(session, lambda progress: answer, return_info=True)
    assert record.iterations == 4


def test_an_interrupt_before_there_is_anything_is_passed_on(
    session, monkeypatch
):
    def interrupt(problem):
        raise KeyboardInterrupt

    monkeypatch.setattr(session._fit, '_iterate', interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(session)
    assert session._fit.problem is None


def test_an_error_of_the_callback_is_the_users_and_frees_memory(session):
    def callback(progress):
        raise LookupError('mine')

    with pytest.raises(LookupError, match='mine'):
        run(session, callback)
    assert session._fit.problem is None


def test_an_interrupt_in_the_last_steps_ends_them(image, monkeypatch):
    # Without its filters, what four iterations give would be given back.
    session = start(image, 300)
    estimate = session._fit.estimate

    def interrupted(passes):
        monkeypatch.setattr(session._fit, 'estimate', estimate)
        raise KeyboardInterrupt

    monkeypatch.setattr(session._fit, 'estimate', interrupted)
    image, record = run(session, return_info=True)
    assert np.isfinite(image).all()
    assert record.notes == ['The last filters were left out, as you ended it.']


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

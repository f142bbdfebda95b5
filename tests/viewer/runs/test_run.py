from __future__ import annotations

import threading

import pytest
from qtpy.QtCore import QThreadPool

from napari_dip.viewer.runs.job import Job
from napari_dip.viewer.runs.run import Run, State


class Recorder:
    """Sink that remembers what came, and in which thread."""

    def __init__(self):
        self.told = []
        self.threads = set()

    def __getattr__(self, name):
        def tell(*_):
            self.told.append(name)
            self.threads.add(threading.get_ident())

        return tell


@pytest.fixture
def start(qtbot, fake_session, fake_task):
    """Start a run of a session of the imitated engine."""

    def start(**options):
        session = fake_session(**options)
        run = Run(Job(fake_task(session), preview_rate=10), Recorder())
        run.session = session
        run.states = []
        run.messages = []
        run.state_changed.connect(lambda state: run.states.append(state))
        run.failed.connect(lambda message: run.messages.append(message))
        run.start()
        return run

    yield start
    qtbot.wait_until(lambda: not Run.any_active())


def wait_for_estimate(qtbot, run):
    qtbot.wait_until(lambda: run.has_estimate)


def wait_for(qtbot, run, state):
    qtbot.wait_until(lambda: run.state is state)


def test_runs_to_its_end(qtbot, start):
    run = start()
    wait_for(qtbot, run, State.FINISHED)
    assert run.states == [State.RUNNING, State.RUNNING, State.FINISHED]
    assert run._sink.told[0] == 'show_update'
    assert run._sink.told[-1] == 'show_outcome'
    assert not run.session.closed


def test_works_in_a_worker_and_tells_in_the_main_thread(qtbot, start):
    run = start()
    wait_for(qtbot, run, State.FINISHED)
    assert run._sink.threads == {threading.get_ident()}
    assert threading.get_ident() not in run.session.threads


def test_pause_and_resume(qtbot, start):
    run = start(num_iter=10_000)
    wait_for_estimate(qtbot, run)
    run.pause()
    assert run.state is State.PAUSED
    qtbot.wait(150)
    held = run.session.progress.iteration
    qtbot.wait(150)
    assert run.session.progress.iteration == held
    run.resume()
    qtbot.wait_until(lambda: run.session.progress.iteration > held)
    run.discard()


def test_quick_pause_and_resume_leaves_it_running(qtbot, start):
    run = start(num_iter=10_000)
    wait_for_estimate(qtbot, run)
    run.pause()
    run.resume()
    before = run.session.progress.iteration
    qtbot.wait_until(lambda: run.session.progress.iteration > before + 5)
    run.discard()


@pytest.mark.parametrize('paused', [False, True])
def test_stop_keeps_a_result(qtbot, start, paused):
    run = start(num_iter=10_000)
    wait_for_estimate(qtbot, run)
    if paused:
        run.pause()
    run.stop()
    assert run.state is State.FINISHING
    wait_for(qtbot, run, State.FINISHED)
    assert run._sink.told[-1] == 'show_outcome'


@pytest.mark.parametrize('paused', [False, True])
def test_discard_acts_at_once_and_releases(qtbot, start, paused):
    run = start(num_iter=10_000)
    wait_for_estimate(qtbot, run)
    if paused:
        run.pause()
    run.discard()
    assert run.state is State.DISCARDED
    assert run._sink.told[-1] == 'discard'
    qtbot.wait_until(lambda: run.session.closed)
    assert run._sink.told[-2:] == ['discard', 'close']


def test_goes_on_by_more_iterations(qtbot, start):
    run = start()
    wait_for(qtbot, run, State.FINISHED)
    qtbot.wait_until(lambda: not Run.any_active())
    run.extend(7)
    wait_for(qtbot, run, State.FINISHED)
    assert run.session.progress.iteration == 27


def test_release_is_for_finished_runs(qtbot, start):
    run = start()
    run.release()
    assert not run.session.closed
    wait_for(qtbot, run, State.FINISHED)
    run.release()
    assert run.session.closed
    assert run.state is State.RELEASED
    run.extend(5)
    assert run.state is State.RELEASED


@pytest.mark.parametrize(
    ('error', 'sentence'),
    [
        (RuntimeError('the engine broke'), 'the engine broke'),
        (MemoryError(), 'not enough memory'),
        (RuntimeError('CUDA out of memory. Tried'), 'not enough memory'),
        (OSError('chunk 3 is gone'), 'chunk 3 is gone'),
        (ValueError('image: it is empty.'), '"image": it is empty.'),
    ],
)
def test_failure_is_told_in_a_sentence(qtbot, start, error, sentence):
    run = start(fail_at=4, error=error)
    wait_for(qtbot, run, State.FAILED)
    [message] = run.messages
    assert sentence in message
    assert 'Traceback' not in message
    qtbot.wait_until(lambda: run.session.closed)
    assert 'fail' in run._sink.told


def test_orphan_releases_itself(qtbot, start):
    run = start()
    run.orphan()
    wait_for(qtbot, run, State.RELEASED)
    assert run.session.closed
    assert 'show_outcome' in run._sink.told


def test_runs_leave_the_threads_to_others(qtbot, start):
    pool = QThreadPool.globalInstance()
    before = pool.maxThreadCount()
    runs = [start(num_iter=10_000) for _ in range(3)]
    for run in runs:
        wait_for_estimate(qtbot, run)
    for run in runs:
        run.pause()
    done = threading.Event()
    from napari.qt.threading import create_worker

    create_worker(done.set, _start_thread=True)
    qtbot.wait_until(done.is_set)
    for run in runs:
        run.discard()
    qtbot.wait_until(lambda: not Run.any_active())
    assert pool.maxThreadCount() == before

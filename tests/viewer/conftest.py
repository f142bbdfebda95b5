"""A real viewer with the plugin, small images, and an engine to imitate."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from napari_dip.session.base import Snapshot, Snapshots
from napari_dip.session.progress import Progress
from napari_dip.tasks.base import find_task
from napari_dip.viewer.layers.layers import ImageSource
from napari_dip.viewer.request import Request
from napari_dip.viewer.runs.run import Run
from napari_dip.viewer.script import as_python


@pytest.fixture(autouse=True)
def plugin(plugin_settings, npe2pm, manifest, tmp_path, monkeypatch):
    """Napari with this plugin alone, and settings of its own.

    So has a napari in a process of its own, which must neither find what a
    test or user before it has entered nor leave anything to the next.
    """
    monkeypatch.setenv('NAPARI_CONFIG', str(tmp_path / 'settings.yaml'))
    npe2pm.register(manifest)
    return manifest


@pytest.fixture(autouse=True)
def _no_run_is_left(plugin):
    yield
    # A run that went on would disturb the next test.
    assert not Run.any_active()


@pytest.fixture
def noisy():
    """Counts of a smooth pattern, 32 × 32."""
    rows, columns = np.mgrid[:32, :32]
    pattern = 200 + 100 * np.sin(rows / 4) * np.cos(columns / 5)
    return np.random.default_rng(0).poisson(pattern).astype(np.uint16)


@pytest.fixture
def open_form(viewer, qtbot, tiny):
    """Open a form of the plugin as a user does, set to be quick."""

    def open_form(name='Denoise'):
        _, form = viewer.window.add_plugin_dock_widget('napari-dip', name)
        form.preset.value = 'fast'
        form.max_num_iter.value = '4'
        # Forecasts have tests of their own and would only take time here.
        form.outlook.ask = lambda question, read: None
        form.outlook.say('')
        return form

    yield open_form
    qtbot.wait_until(lambda: not Run.any_active(), timeout=20_000)


@pytest.fixture
def run_script(viewer, monkeypatch):
    """Execute the script of a result; returns what it has restored."""

    def run_script(told):
        monkeypatch.setattr('napari.current_viewer', lambda: viewer)
        names = {}
        exec(compile(as_python(told), 'copied', 'exec'), names)
        return names['restored']

    return run_script


@pytest.fixture
def finish(qtbot):
    """Wait until the run of a panel or form has ended, worker and all."""

    def finish(form, timeout=60_000):
        panel = getattr(form, 'panel', form)
        qtbot.wait_until(lambda: not panel.run.state.is_busy, timeout=timeout)
        qtbot.wait_until(lambda: not Run.any_active(), timeout=timeout)

    return finish


class FakeRecord:
    uncertainty = None

    def __init__(self, session):
        self.companions, self.curves = {}, {}
        self._session = session

    def to_dict(self, *, histories):
        assert not histories
        progress = self._session.progress
        return {
            'version': '0',
            'task': 'denoise',
            'arguments': {
                'channel_axis': None,
                'preset': 'fast',
                'seed': 0,
                'device': 'cpu',
                'max_num_iter': None,
            },
            'iterations': progress.iteration,
            'reason': 'USER',
            'reason_text': progress.reason,
        }


class FakeSession:
    """Engine without torch: the estimate is full of its iteration."""

    def __init__(
        self,
        num_iter=20,
        seconds=0.01,
        fail_at=None,
        error=None,
        sleep=time.sleep,
    ):
        self.snapshots = Snapshots()
        self.nothing_left = ''
        self.closed = False
        self.threads = set()
        self._num_iter = num_iter
        self._seconds = seconds
        self._sleep = sleep
        self._fail_at = fail_at
        self._error = error or RuntimeError('the engine broke')
        self._iteration = 0
        self._reason = None

    def __next__(self):
        if self.finished:
            raise StopIteration
        self._sleep(self._seconds)
        self.threads.add(threading.get_ident())
        self._iteration += 1
        if self._iteration == self._fail_at:
            raise self._error
        if self._iteration >= self._num_iter:
            self._reason = 'it was done'
        return self.progress

    @property
    def finished(self):
        return self._reason is not None

    @property
    def progress(self):
        return Progress(
            iteration=self._iteration,
            num_iter=self._num_iter,
            loss=1 / max(self._iteration, 1),
            metric=None,
            best_iteration=0,
            elapsed=0.1,
            remaining=0.2,
            reason=self._reason,
        )

    def preview(self):
        return np.full((32, 32), self._iteration, np.float32)

    def take_snapshot(self):
        snapshot = Snapshot(self._iteration, self.preview())
        self.snapshots.add(snapshot)
        return snapshot

    def stop(self):
        self._reason = 'the user stopped it'

    def extend(self, num_iter):
        self._reason = None
        self._num_iter = self._iteration + num_iter

    def result(self):
        return self.preview() + np.float32(0.5)

    def record(self):
        return FakeRecord(self)

    def close(self):
        self.closed = True


class FakeRequest(Request):
    """Request whose session is given."""

    def start(self):
        return self.session


@pytest.fixture
def fake_session():
    """Class of sessions that need no engine."""
    return FakeSession


@pytest.fixture
def fake_task():
    """Make a task around a session."""

    def fake_task(session, data=None):
        data = np.zeros((32, 32), np.float32) if data is None else data
        source = ImageSource(
            data,
            'cells',
            None,
            has_alpha=False,
            multiscale=False,
            path=None,
            attributes={'rgb': False, 'scale': (1.0, 1.0)},
        )
        task = FakeRequest(find_task('denoise'), source)
        object.__setattr__(task, 'session', session)
        return task

    return fake_task


@pytest.fixture
def notices():
    """Messages that napari showed since the test began."""
    from napari.utils.notifications import notification_manager

    notification_manager.records.clear()
    yield lambda: [notice.message for notice in notification_manager.records]
    notification_manager.records.clear()

"""Nothing that a run held outlives it, though napari keeps its workers."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from napari_dip.viewer.panel.panel import RunPanel
from napari_dip.viewer.runs.run import Run, State


class Pixels(np.ndarray):
    """Array that can be referred to weakly."""


@pytest.fixture
def panel(viewer):
    panel = RunPanel()
    viewer.window.add_dock_widget(panel, name='run')
    return panel


def begin(panel, viewer, fake_session, fake_task, **options):
    """Begin a run, and return nothing but weak references to it."""
    session = fake_session(**options)
    data = np.zeros((32, 32), np.float32).view(Pixels)
    panel.begin(fake_task(session, data), viewer.layers, preview_rate=20)
    return {
        'session': weakref.ref(session),
        'pixels': weakref.ref(data),
    }


def assert_gone(qtbot, references):
    qtbot.wait_until(lambda: not Run.any_active())
    qtbot.wait(20)
    gc.collect()
    left = [name for name, get in references.items() if get() is not None]
    assert not left


def test_after_discard(qtbot, viewer, panel, fake_session, fake_task):
    held = begin(panel, viewer, fake_session, fake_task, num_iter=10_000)
    qtbot.wait_until(lambda: len(viewer.layers) == 1)
    held['preview layer'] = weakref.ref(viewer.layers[0])
    panel.discard()
    assert_gone(qtbot, held)


def test_after_finish_and_release(
    qtbot, viewer, panel, fake_session, fake_task
):
    held = begin(panel, viewer, fake_session, fake_task)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    panel.release()
    held['result layer'] = weakref.ref(viewer.layers[0])
    viewer.layers.clear()
    assert_gone(qtbot, held)


def test_after_the_next_start(qtbot, viewer, panel, fake_session, fake_task):
    held = begin(panel, viewer, fake_session, fake_task)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    begin(panel, viewer, fake_session, fake_task)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert_gone(qtbot, held)


def test_after_a_failure(qtbot, viewer, panel, fake_session, fake_task):
    held = begin(panel, viewer, fake_session, fake_task, fail_at=5)
    qtbot.wait_until(lambda: panel.run.state is State.FAILED)
    viewer.layers.clear()
    assert_gone(qtbot, held)


def test_source_goes_as_soon_as_the_session_is_there(
    qtbot, viewer, panel, fake_session, fake_task
):
    held = begin(panel, viewer, fake_session, fake_task, num_iter=10_000)
    qtbot.wait_until(lambda: panel.run.has_estimate)
    gc.collect()
    assert held['pixels']() is None
    panel.discard()
    qtbot.wait_until(lambda: not Run.any_active())


def test_real_session_after_release(qtbot, viewer, noisy, open_form, finish):
    from napari_dip.engine.fit import Fit

    viewer.add_image(noisy)
    form = open_form()
    gc.collect()
    before = sum(type(o) is Fit for o in gc.get_objects())
    for _ in range(2):
        form.start()
        finish(form)
    form.panel.release()
    gc.collect()
    assert sum(type(o) is Fit for o in gc.get_objects()) == before


def test_closed_form_dies(qtbot, viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    form.start()
    finish(form)
    reference = weakref.ref(form)
    run = weakref.ref(form.panel.run)
    viewer.window.remove_dock_widget(form.native)
    del form
    # Qt deletes the dock in its own time.
    qtbot.wait(50)
    gc.collect()
    assert reference() is None
    assert run() is None or run().state is State.RELEASED

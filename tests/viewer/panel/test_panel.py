"""Buttons, layers and the life of a run, by the widgets themselves."""

from __future__ import annotations

import numpy as np
import pytest
from napari.utils.progress import progress
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.panel.panel import RunPanel
from napari_dip.viewer.runs.run import Run, State

ENDLESS = 100_000


@pytest.fixture
def panel(viewer, qtbot):
    panel = RunPanel()
    dock = viewer.window.add_dock_widget(panel, name='run')
    panel.dock = dock
    yield panel
    if panel.run is not None:
        panel.run.discard()
    qtbot.wait_until(lambda: not Run.any_active())


@pytest.fixture
def begin(panel, viewer, fake_session, fake_task):
    """Begin a run of the imitated engine."""

    def begin(**options):
        session = fake_session(**options)
        panel.begin(fake_task(session), viewer.layers, preview_rate=20)
        return session

    return begin


def click(button):
    button.native.click()


def offered(panel):
    """Buttons that are in sight, and those of them that can be pressed."""
    names = (
        'start',
        'pause',
        'stop',
        'discard',
        'more',
        'release',
        'copy_script',
        'save',
    )
    found = {name: getattr(panel.buttons, name) for name in names}
    shown = {
        name
        for name, button in found.items()
        if button.native.isVisibleTo(panel.native)
    }
    return shown, {name for name in shown if found[name].enabled}


def wait_for_preview(qtbot, viewer):
    qtbot.wait_until(lambda: len(viewer.layers) == 1)
    return viewer.layers[0]


def test_buttons_offer_what_can_be_done(qtbot, panel, begin):
    under_way = {'pause', 'stop', 'discard'}
    assert offered(panel) == ({'start'}, {'start'})
    begin(num_iter=ENDLESS)
    # Of a preparation there is nothing to keep.
    assert offered(panel) == (under_way, {'pause', 'discard'})
    qtbot.wait_until(lambda: panel.run.has_estimate)
    assert offered(panel) == (under_way, under_way)
    assert panel.buttons.pause.text == 'Pause'
    click(panel.buttons.pause)
    assert offered(panel) == (under_way, under_way)
    assert panel.buttons.pause.text == 'Resume'
    click(panel.buttons.pause)
    assert panel.buttons.pause.text == 'Pause'
    click(panel.buttons.stop)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    shown, _ = offered(panel)
    assert shown == {'start', 'more', 'release', 'copy_script', 'save'}
    click(panel.buttons.release)
    shown, _ = offered(panel)
    assert shown == {'start', 'copy_script', 'save'}


def test_nothing_empty_is_shown_before_a_run(qtbot, panel, begin):
    monitor = panel.monitor
    assert monitor.status.native.isHidden()
    assert monitor.bar.native.isHidden()
    assert monitor.curve.isHidden()
    begin(num_iter=ENDLESS)
    qtbot.wait_until(lambda: not monitor.curve.isHidden())
    assert not monitor.status.native.isHidden()
    assert not monitor.bar.native.isHidden()
    click(panel.buttons.discard)
    assert monitor.bar.native.isHidden()


def test_what_is_drawn_is_explained(panel):
    assert len(panel.monitor.bar.tooltip) > 10
    assert len(panel.monitor.curve.toolTip()) > 10
    assert len(panel.timeline.slider.tooltip) > 10


def test_buttons_are_reached_by_keyboard_and_explained(panel):
    buttons = panel.buttons
    for name in ('start', 'pause', 'stop', 'discard', 'more', 'release'):
        native = getattr(buttons, name).native
        assert native.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert len(native.toolTip()) > 10


def test_estimates_stream_into_one_layer(qtbot, viewer, panel, begin):
    begin(num_iter=ENDLESS)
    layer = wait_for_preview(qtbot, viewer)
    assert layer.name == 'cells [DIP denoised]'
    first = float(layer.data[0, 0])
    qtbot.wait_until(lambda: layer.data[0, 0] > first)
    click(panel.buttons.stop)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert len(viewer.layers) == 1
    # The imitated engine's result, not its last preview.
    assert layer.data[0, 0] % 1 == 0.5


def test_progress_and_reason_in_words(qtbot, panel, begin):
    begin(num_iter=40)
    status = panel.monitor.status
    qtbot.wait_until(lambda: ' of 40 iterations · ' in status.value)
    assert status.value.endswith('left')
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert 'it was done' in status.value
    assert panel.monitor.bar.value == panel.monitor.bar.max
    assert len(panel.monitor.curve.loss.points) == 40


def test_discard_removes_the_preview_alone(qtbot, viewer, panel, begin):
    begin(num_iter=ENDLESS)
    wait_for_preview(qtbot, viewer)
    other = viewer.add_image(np.eye(4))
    click(panel.buttons.discard)
    assert list(viewer.layers) == [other]
    assert panel.buttons.start.enabled


def test_discarded_continuation_leaves_the_result(qtbot, viewer, panel, begin):
    begin(num_iter=5)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    qtbot.wait_until(lambda: not Run.any_active())
    layer = viewer.layers[0]
    panel.buttons.num_iter.value = 10_000
    click(panel.buttons.more)
    qtbot.wait_until(lambda: layer.data[0, 0] > 6)
    click(panel.buttons.discard)
    assert list(viewer.layers) == [layer]
    assert layer.data[0, 0] == 5.5
    assert layer.metadata[METADATA_KEY]['iterations'] == 5


def test_failed_continuation_leaves_the_result(qtbot, viewer, panel, begin):
    session = begin(num_iter=5)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    qtbot.wait_until(lambda: not Run.any_active())
    session._fail_at = 50
    panel.buttons.num_iter.value = 10_000
    click(panel.buttons.more)
    qtbot.wait_until(lambda: panel.run.state is State.FAILED)
    assert viewer.layers[0].data[0, 0] == 5.5


def test_failure_keeps_the_last_preview_and_says_so(
    qtbot, viewer, panel, begin, notices
):
    begin(num_iter=60, fail_at=30)
    qtbot.wait_until(lambda: panel.run.state is State.FAILED)
    [layer] = viewer.layers
    assert layer.data[0, 0] >= 1
    assert 'broke' in layer.metadata[METADATA_KEY]['failure']
    [message] = notices()
    assert 'the engine broke' in message
    # The notice goes after a while, the panel stays.
    assert panel.monitor.status.value == message


def test_deleted_preview_comes_back_with_the_result(
    qtbot, viewer, panel, begin
):
    session = begin(num_iter=ENDLESS)
    layer = wait_for_preview(qtbot, viewer)
    viewer.layers.remove(layer)
    before = session.progress.iteration
    qtbot.wait_until(lambda: session.progress.iteration > before + 30)
    assert len(viewer.layers) == 0
    click(panel.buttons.stop)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert list(viewer.layers) == [layer]
    assert layer.data[0, 0] % 1 == 0.5


def test_layers_may_come_go_and_change_names(qtbot, viewer, panel, begin):
    viewer.add_image(np.zeros((32, 32)), name='cells')
    begin(num_iter=ENDLESS)
    qtbot.wait_until(lambda: len(viewer.layers) == 2)
    preview = viewer.layers[1]
    viewer.layers[0].name = 'renamed'
    preview.name = 'my result'
    viewer.layers.remove(viewer.layers[0])
    viewer.add_image(np.zeros((4, 4)), name='cells [DIP denoised]')
    viewer.layers.move(0, 1)
    click(panel.buttons.stop)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert preview.name == 'my result'
    assert preview.data[0, 0] % 1 == 0.5
    assert len(viewer.layers) == 2


def test_timeline_shows_earlier_iterates(qtbot, viewer, panel, begin):
    begin(num_iter=60)
    assert panel.timeline.native.isHidden()
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert not panel.timeline.native.isHidden()
    [layer] = viewer.layers
    slider = panel.timeline.slider
    assert slider.value == slider.max > 2
    slider.value = 0
    assert layer.data[0, 0] == 1
    assert layer.metadata[METADATA_KEY]['snapshot'] == 1
    assert 'iterate at iteration 1' in panel.timeline.caption.value
    slider.value = slider.max
    assert layer.data[0, 0] == 60.5
    assert layer.metadata[METADATA_KEY]['snapshot'] is None
    click(panel.buttons.release)
    assert panel.timeline.native.isHidden()
    assert layer.data[0, 0] == 60.5


def test_copies_a_script(qtbot, panel, begin):
    begin(num_iter=5)
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    click(panel.buttons.copy_script)
    text = QApplication.clipboard().text()
    assert 'denoise(' in text
    compile(text, 'copied', 'exec')


def test_two_forms_run_at_once(
    qtbot, viewer, panel, begin, fake_session, fake_task
):
    begin(num_iter=ENDLESS)
    other = RunPanel()
    viewer.window.add_dock_widget(other, name='other')
    other.begin(fake_task(fake_session(num_iter=30)), viewer.layers, 10)
    qtbot.wait_until(lambda: other.run.state is State.FINISHED)
    assert panel.run.state is State.RUNNING
    names = {layer.name for layer in viewer.layers}
    assert names == {'cells [DIP denoised]', 'cells [DIP denoised] [1]'}


def test_activity_bar_follows_and_cancels(qtbot, viewer, panel, begin):
    begin(num_iter=ENDLESS)
    qtbot.wait_until(lambda: len(progress._all_instances) == 1)
    [bar] = list(progress._all_instances)
    assert bar.desc.startswith('cells [DIP denoised]')
    qtbot.wait_until(lambda: bar.n > 3)
    # Of all phases.
    assert bar.total == 1000
    bar.cancel()
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert len(viewer.layers) == 1
    assert not progress._all_instances


def test_hidden_dock_goes_on(qtbot, viewer, panel, begin):
    session = begin(num_iter=50)
    panel.dock.hide()
    qtbot.wait_until(lambda: panel.run.state is State.FINISHED)
    assert session.progress.iteration == 50
    assert len(viewer.layers) == 1


def test_closed_dock_loses_no_result_and_keeps_no_memory(
    qtbot, viewer, fake_session, fake_task
):
    import gc

    panel = RunPanel()
    dock = viewer.window.add_dock_widget(panel, name='closed soon')
    session = fake_session(num_iter=40)
    panel.begin(fake_task(session), viewer.layers, 10)
    qtbot.wait_until(lambda: panel.run.has_estimate)
    viewer.window.remove_dock_widget(dock)
    panel = dock = None
    gc.collect()
    qtbot.wait_until(lambda: not Run.any_active())
    [layer] = viewer.layers
    assert layer.data[0, 0] == 40.5
    gc.collect()
    assert session.closed


def test_closing_names_the_run_and_what_is_lost(qtbot, viewer, panel, begin):
    def told():
        return viewer.window._task_status_manager.get_status()

    begin(num_iter=ENDLESS)
    qtbot.wait_until(lambda: bool(told()))
    qtbot.wait_until(lambda: 'left' in told()[0])
    [text] = told()
    assert 'Denoise "cells", about 0\xa0s left; closing now loses' in text
    assert 'object at' not in text
    click(panel.buttons.pause)
    qtbot.wait_until(lambda: 'paused' in told()[0])
    assert 'Denoise "cells", paused, about 0\xa0s left; closing' in told()[0]
    click(panel.buttons.pause)
    qtbot.wait_until(lambda: 'paused' not in told()[0])
    click(panel.buttons.stop)
    qtbot.wait_until(lambda: not Run.any_active())
    assert told() == []


def test_closed_window_ends_the_run(qtbot, viewer, panel, begin):
    session = begin(num_iter=ENDLESS)
    qtbot.wait_until(lambda: panel.run.has_estimate)
    viewer.close()
    qtbot.wait_until(lambda: not Run.any_active())
    assert session.closed

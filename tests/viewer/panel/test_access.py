"""Forms without a mouse, without eyes, and in a low window."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from superqt import QCollapsible

from napari_dip.viewer.panel.access import tab_stops

# What forms share, the panel, is looked at in the longest of them.
SLOW = [
    pytest.param(name, marks=pytest.mark.slow)
    for name in ('Inpaint', 'Super-resolve')
]
shared = pytest.mark.parametrize('form', ['Denoise', *SLOW], indirect=True)


@pytest.fixture(params=['Denoise', 'Inpaint', 'Super-resolve'])
def form(request, make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.add_image(np.eye(32))
    viewer.window.resize(1280, 720)
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', request.param)
    form.outlook.ask = lambda question, read: None
    form.outlook.say('')
    form.viewer = viewer
    QApplication.processEvents()
    return form


@pytest.fixture
def unfold(qtbot):
    """Open all sections, and wait for the layout, which takes its time."""

    def unfold(form):
        for section in form.native.findChildren(QCollapsible):
            section.expand(animate=False)
        content = form.panel.scroll_area.widget()
        entries = [x for x in tab_stops(content) if x.isVisible()]
        qtbot.wait_until(
            lambda: all(
                x.height() >= x.minimumSizeHint().height() for x in entries
            )
        )

    return unfold


def test_tab_goes_down_the_form(form, unfold, qtbot):
    unfold(form)
    stops = [
        stop
        for stop in tab_stops(form.native)
        if stop.isVisible() and stop.isEnabled()
    ]
    assert len(stops) > 8
    # By the key: what is asked for its chain, PySide keeps alive.
    window = form.native.window()
    window.activateWindow()
    qtbot.wait_until(window.isActiveWindow)
    stops[0].setFocus()
    reached = [QApplication.focusWidget()]
    while len(reached) < len(stops):
        qtbot.keyClick(reached[-1], Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached == stops
    # What scrolls may reach below what stands under it.
    scrolled = form.panel.scroll_area.widget()
    places = [
        (
            not scrolled.isAncestorOf(stop),
            stop.mapTo(form.native, QPoint()).y(),
        )
        for stop in reached
        if stop is not form.panel.scroll_area
    ]
    assert places == sorted(places)


def test_everything_that_takes_the_keyboard_has_a_name(form):
    for widget in form.native.findChildren(QWidget):
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        text = widget.accessibleName()
        if isinstance(widget, (QAbstractButton, QLabel)):
            text = text or widget.text()
        assert text, widget
    assert form.image.native.accessibleName() == 'image'
    assert form.panel.monitor.curve.accessibleName()


@shared
def test_a_low_window_keeps_its_size_and_the_buttons(form, unfold):
    window = form.viewer.window._qt_window
    unfold(form)
    _, other = form.viewer.window.add_plugin_dock_widget(
        'napari-dip', 'Inpaint'
    )
    other.outlook.say('')
    QApplication.processEvents()
    assert window.height() == 720
    start = form.panel.buttons.start.native
    below = start.mapTo(window, QPoint(0, start.height())).y()
    assert 0 < below <= 720
    assert not start.visibleRegion().isEmpty()


@shared
def test_nothing_scrolls_sideways(form, qtbot, unfold):
    """Neither for a long name nor where the other scroll bar takes width."""
    form.viewer.layers[0].name = 'plate 7, well B3, ' * 20
    unfold(form)
    form.viewer.window.resize(1280, 400)
    area = form.panel.scroll_area
    qtbot.wait_until(lambda: area.verticalScrollBar().isVisible())
    QApplication.processEvents()
    assert not area.horizontalScrollBar().isVisible()
    assert area.width() < 420


@shared
def test_two_forms_share_the_height(form, qtbot):
    form.viewer.window.resize(1280, 960)
    _, other = form.viewer.window.add_plugin_dock_widget(
        'napari-dip', 'Inpaint'
    )
    other.outlook.say('')
    areas = [one.panel.scroll_area for one in (form, other)]
    qtbot.wait_until(
        lambda: all(
            area.height() >= area.widget().minimumSizeHint().height()
            for area in areas
        )
    )


@shared
def test_the_wheel_changes_no_entry(form):
    form.preset.native.setFocus()
    before = form.preset.value
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(form.preset.native.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(form.preset.native, wheel)
    assert form.preset.value == before

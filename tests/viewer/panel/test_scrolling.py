from __future__ import annotations

import pytest
from qtpy.QtWidgets import QAbstractSlider, QWidget

from napari_dip.viewer.panel.scrolling import ScrollArea


@pytest.fixture
def area(qtbot):
    area = ScrollArea(QWidget())
    area.widget().setFixedHeight(400)
    qtbot.addWidget(area)
    area.resize(200, 100)
    area.show()
    return area


def test_the_end_stays_in_sight_while_texts_grow(qtbot, area):
    bar = area.verticalScrollBar()
    area.show_end()
    qtbot.wait_until(lambda: bar.value() == bar.maximum() > 0)
    least = bar.maximum()
    area.widget().setFixedHeight(500)
    qtbot.wait_until(lambda: bar.value() == bar.maximum() > least)


def test_who_has_scrolled_stays_there(qtbot, area):
    bar = area.verticalScrollBar()
    area.show_end()
    qtbot.wait_until(lambda: bar.value() == bar.maximum() > 0)
    least = bar.maximum()
    bar.triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    area.widget().setFixedHeight(500)
    qtbot.wait_until(lambda: bar.maximum() > least)
    assert bar.value() == bar.minimum()

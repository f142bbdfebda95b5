from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtGui import QPainter

from napari_dip.viewer.panel.curve import (
    _COLOURS,
    LOSS_COLOUR,
    METRIC_COLOUR,
    Curve,
    Trace,
)


def pixels(widget):
    image = (
        widget.grab()
        .toImage()
        .convertToFormat(widget.grab().toImage().Format.Format_RGB32)
    )
    return np.array(
        [
            [image.pixelColor(x, y).getRgb()[:3] for x in range(image.width())]
            for y in range(image.height())
        ]
    )


def near(pixels, colour):
    return np.abs(pixels - np.array(colour.getRgb()[:3])).sum(axis=-1) < 60


@pytest.fixture
def curve(qtbot):
    curve = Curve()
    qtbot.addWidget(curve)
    curve.resize(200, 120)
    return curve


def test_names_the_metric(curve, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        QPainter, 'drawText', lambda *given: drawn.append(given[-1])
    )
    curve.extend([(1, 2.0, 0.25)], 1, 'error on held-out pixels')
    curve.grab()
    assert 'error on held-out pixels 0.25' in drawn


def test_draws_both_traces(curve):
    blank = pixels(curve)
    assert not near(blank, LOSS_COLOUR).any()
    points = [(i, 1 / i, 2.0 + i if i > 50 else None) for i in range(1, 101)]
    curve.extend(points, best_iteration=51)
    drawn = pixels(curve)
    area = drawn[25:110]
    # The loss falls from left to right, over the whole width.
    rows, columns = np.nonzero(near(area, LOSS_COLOUR))
    assert columns.min() < 10
    assert columns.max() > 190
    assert rows[columns < 10].mean() < rows[columns > 190].mean() - 20
    # The stopping metric is there from its first look on.
    _, columns = np.nonzero(near(area, METRIC_COLOUR))
    assert columns.min() > 90
    curve.clear()
    assert np.array_equal(pixels(curve), blank)


@pytest.mark.parametrize('value', [None, math.nan, math.inf, 0.0, -1.0])
def test_leaves_out_what_cannot_be_drawn(curve, value):
    curve.extend([(1, value, value)], best_iteration=0)
    assert curve.loss.points == curve.stopping.points == []
    curve.grab()


def test_one_point_and_equal_points_can_be_drawn(curve):
    curve.extend([(1, 0.5, None)], best_iteration=0)
    curve.grab()
    curve.extend([(2, 0.5, None)], best_iteration=2)
    curve.grab()


@given(st.integers(1, 3000))
def test_a_trace_is_bounded_and_keeps_the_latest(count):
    trace = Trace()
    for iteration in range(1, count + 1):
        trace.add(iteration, 1.0)
    iterations = [iteration for iteration, _ in trace.points]
    assert len(iterations) <= 512
    assert iterations == sorted(iterations)
    assert iterations[-1] == count


def test_is_low_enough_for_a_laptop(curve):
    assert curve.sizeHint().height() <= 150


def test_curves_by_name_stand_in_for_those_of_the_fit(qtbot):
    curve = Curve()
    qtbot.addWidget(curve)
    curve.extend([(1, 2.0, None), (10, 1.0, 0.5)], 10, 'error')
    height = curve.minimumHeight()
    curve.compare({'image': [(1, 1.0), (9, 0.1)], 'noise': [(1, 1.0)]})
    assert list(curve.others) == ['image', 'noise']
    assert curve.others['image'].points == [(1, 1.0), (9, 0.1)]
    curve.compare({name: [(1, 1.0), (9, 0.1)] for name in 'abc'})
    assert curve.minimumHeight() > height
    curve.resize(260, 140)
    # The names stand above what is drawn: on two lines.
    top = pixels(curve)[: 2 * curve.fontMetrics().height()]
    for colour in _COLOURS[:3]:
        assert near(top, colour).any()
    curve.clear()
    assert curve.others == {}

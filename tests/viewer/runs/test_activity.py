from __future__ import annotations

from types import SimpleNamespace

import pytest
from psygnal import Signal

from napari_dip.viewer.runs import activity
from napari_dip.viewer.runs.run import State


class FakeRun:
    updated = Signal(object)
    state_changed = Signal(State)
    state = State.RUNNING

    def stop(self):
        self.state = State.FINISHING


@pytest.fixture
def bars(monkeypatch):
    """Those that are made instead of bars of napari."""
    made = []

    class FakeBar:
        def __init__(self, name, cancel):
            self.shown = []
            made.append(self)

        def show_progress(self, progress):
            self.shown.append(progress)

        def close(self):
            made.remove(self)

    monkeypatch.setattr(activity, 'Bar', FakeBar)
    return made


def test_the_bar_is_not_made_while_the_layer_is_added(monkeypatch, bars):
    """After a long preparation both would hold the window together."""
    clock = SimpleNamespace(seconds=0.0)
    clock.monotonic = lambda: clock.seconds
    monkeypatch.setattr(activity, 'time', clock)
    run = FakeRun()
    activity.Activity('Denoise', run)
    made = []
    for preview in (None, 'first', None, 'second'):
        run.updated.emit(SimpleNamespace(progress=preview, preview=preview))
        made.append(len(bars))
        clock.seconds += 2
    assert made == [0, 0, 1, 1]
    assert bars[0].shown == [None, 'second']
    run.state_changed.emit(State.FINISHED)
    assert bars == []

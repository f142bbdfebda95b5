"""The window goes on living while a restoration runs."""

from __future__ import annotations

import time

import numpy as np
import pytest
from qtpy.QtCore import QTimer

# The promise is 0.1 s and 3 s on a machine of its own; this one is shared,
# and the bounds are only meant to notice work in the wrong thread.
MOST_STALL = 0.5
MOST_LATENCY = 12


class Heartbeat(QTimer):
    """Longest time between two visits of the event loop."""

    def __init__(self):
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self.timeout.connect(self._beat)
        self.start(5)

    def _beat(self):
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


@pytest.fixture
def large(viewer):
    rng = np.random.default_rng(0)
    image = rng.poisson(100, (512, 512)).astype(np.uint16)
    return viewer.add_image(image)


def test_no_stall_while_it_runs(viewer, large, qtbot, open_form, finish):
    import torch  # noqa: F401

    form = open_form()
    qtbot.wait(100)
    heartbeat = Heartbeat()
    form.start()
    qtbot.wait_until(lambda: len(viewer.layers) == 2, timeout=60_000)
    finish(form)
    heartbeat.stop()
    assert heartbeat.longest < MOST_STALL


def test_start_reacts_at_once_and_shows_soon(
    viewer, large, qtbot, open_form, finish
):
    form = open_form()
    begin = time.perf_counter()
    form.panel.buttons.start.native.click()
    assert time.perf_counter() - begin < MOST_STALL
    assert form.panel.monitor.status.value == 'Preparing …'
    qtbot.wait_until(lambda: len(viewer.layers) == 2, timeout=60_000)
    assert time.perf_counter() - begin < MOST_LATENCY
    form.panel.buttons.stop.native.click()
    finish(form)

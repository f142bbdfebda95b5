"""How long the window stands still: ``python scripts/stalls.py``.

Opens napari on a display (or under ``xvfb-run``), makes the first forecast,
which loads torch, then a run, and prints the gaps between visits of the event
loop. What napari and the graphics take to paint is in them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import napari
import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from napari_dip.viewer.runs.run import Run

_SIDE = 512
_LONG = 0.1


class Heartbeat(QTimer):
    """Notes the times between visits of the event loop, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self.timeout.connect(self._beat)
        self.start(2)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def tell(self, what: str) -> None:
        """Print those since the last time."""
        gaps, self.gaps = self.gaps, []
        long = [f'{gap:.3f}' for gap in gaps if gap > _LONG]
        print(f'{what}: longest {max(gaps):.3f} s; over {_LONG} s: {long}')


def _wait_while(busy: Callable[[], bool]) -> None:
    while busy():
        QApplication.processEvents()
        time.sleep(0.001)


def main() -> None:
    """Measure and print."""
    viewer = napari.Viewer()
    counts = np.random.default_rng(0).poisson(100, (_SIDE, _SIDE))
    viewer.add_image(counts.astype(np.uint16))
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    form.preset.value = 'fast'
    QApplication.processEvents()
    heart = Heartbeat()
    _wait_while(lambda: 'about' not in form.outlook.value)
    heart.tell('first forecast')
    form.start()
    QApplication.processEvents()
    _wait_while(lambda: len(viewer.layers) < 2)
    heart.tell('Start to the first preview')
    _wait_while(Run.any_active)
    heart.tell('the run')
    viewer.close()


if __name__ == '__main__':
    main()

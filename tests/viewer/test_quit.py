"""Leaving napari in the middle of a restoration, in a napari of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import napari
import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

viewer = napari.Viewer(show=False)
viewer.add_image(np.random.default_rng(0).poisson(50, (64, 64)))
_, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
form.preset.value = 'ulyanov2018'
form.start()

def leave():
    if len(viewer.layers) < 2:
        return
    timer.stop()
    {before}
    {leave}

timer = QTimer()
timer.timeout.connect(leave)
timer.start(20)
napari.run()
print('left in order')
"""


# That of test_fresh_process.py is left in the middle of a run too.
@pytest.mark.slow
@pytest.mark.parametrize(
    ('before', 'leave'),
    [
        ('pass', 'QApplication.quit()'),
        ('form.panel.toggle_pause()', 'viewer.close()'),
        ('form.panel.stop()', 'QApplication.quit()'),
    ],
)
def test_leaves_in_order(before, leave):
    code = SCRIPT.format(before=before, leave=leave)
    if leave == 'viewer.close()':
        # As the button of the window does for the last one.
        code = code.replace(leave, f'{leave}; QApplication.quit()')
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split('\n')[-2] == 'left in order'
    assert 'Traceback' not in done.stderr
    assert 'RuntimeError' not in done.stderr

"""What a form loads: a fresh process in which every form does all it can.

`torch._dynamo` imports `triton` where that is installed, and its LLVM clashes
with the one of Mesa, which ends napari with a segmentation fault. And torch
is imported by a worker, for it takes seconds.
"""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import threading
import time

import napari
import numpy as np
from qtpy.QtWidgets import QApplication

from napari_dip.viewer.panel.outlook import UNKNOWN
from napari_dip.viewer.runs.run import Run


def wait_until(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        QApplication.processEvents()
        time.sleep(0.01)


class Watch:
    # Notes which thread imports torch.
    def find_spec(self, name, *others):
        if name == 'torch':
            importers.append(threading.current_thread())


importers = []
sys.meta_path.insert(0, Watch())
viewer = napari.Viewer()
noise = np.random.default_rng(0)
viewer.add_image(noise.poisson(200, (48, 48)).astype(np.uint16))
holes = np.zeros((48, 48), int)
holes[20:24] = 1
viewer.add_labels(holes)
assert 'torch' not in sys.modules
for name in ('Denoise', 'Inpaint', 'Super-resolve'):
    viewer.layers.selection.active = viewer.layers[0]
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', name)
    form.preset.value = 'fast'
    form.max_num_iter.value = '4'
    form.uncertainty.value = True
    wait_until(lambda: 'about' in form.outlook.value)
    assert UNKNOWN not in form.outlook.value
    form.start()
    run = form.panel.run
    wait_until(lambda: not run.state.is_busy and not Run.any_active())
    assert run.state.name == 'FINISHED', form.panel.monitor.status.value
    run.extend(3)
    wait_until(lambda: not run.state.is_busy and not Run.any_active())
    assert run.state.name == 'FINISHED', form.panel.monitor.status.value
assert importers
assert threading.main_thread() not in importers
harmful = {'torch._dynamo', 'triton'} & set(sys.modules)
assert not harmful, harmful
print('survived')
viewer.close()
"""


def test_forms_load_torch_in_a_worker_and_nothing_that_clashes():
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'survived' in done.stdout, (done.returncode, done.stderr)

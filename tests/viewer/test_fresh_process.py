"""What a form loads: a fresh process in which every form does all it can.

One process shows all of it, since to start napari and to load torch take
longer than what is looked at. It is left in the middle of a run, as users do.

`torch._dynamo` imports `triton` where that is installed, and its LLVM clashes
with the one of Mesa, which ends napari with a segmentation fault. And torch
is imported by a worker, for it takes seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.models.exported.test_archive import SMALL

SCRIPT = """
import sys
import threading
import time

import napari
import numpy as np
from napari.layers import Image
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from napari_dip.tasks.base import find_task
from napari_dip.tasks.prior.models import list_layers
from napari_dip.viewer.layers.layers import describe_image
from napari_dip.viewer.panel.outlook import UNKNOWN
from napari_dip.viewer.request import Request
from napari_dip.viewer.runs import warm_up
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


def load_libraries():
    loads.append('torch' in sys.modules)
    load()


def leave():
    shown = len(viewer.layers) > before
    if shown or not form.panel.run.state.is_busy:
        timer.stop()
        QApplication.quit()
        print('left in the middle' if shown else 'nothing was shown')


importers, loads = [], []
load, warm_up._load_libraries = warm_up._load_libraries, load_libraries
sys.meta_path.insert(0, Watch())
viewer = napari.Viewer()
noise = np.random.default_rng(0)
viewer.add_image(noise.poisson(200, (48, 48)).astype(np.uint16))
holes = np.zeros((48, 48), int)
holes[20:24] = 1
viewer.add_labels(holes)
constant = describe_image(Image(np.ones((20, 20))), None)
try:
    Request(find_task('denoise'), constant).start()
except ValueError:
    print('refused')
assert 'torch' not in sys.modules
for name in ('Inpaint', 'Super-resolve', 'Denoise'):
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
assert 'first.1' in list_layers(sys.argv[1])
assert importers
# The import holds the interpreter lock, the loader of libraries does not.
assert sys.platform != 'linux' or loads[0] is False
assert threading.main_thread() not in importers
harmful = {'torch._dynamo', 'triton'} & set(sys.modules)
assert not harmful, harmful
print('survived')
before = len(viewer.layers)
form.uncertainty.value = False
form.preset.value = 'ulyanov2018'
form.max_num_iter.value = ''
form.start()
timer = QTimer()
timer.timeout.connect(leave)
timer.start(20)
napari.run()
print('left in order')
"""


@pytest.fixture(scope='module')
def done(tmp_path_factory):
    # What a user has entered before must not be found.
    settings = tmp_path_factory.mktemp('settings') / 'settings.yaml'
    return subprocess.run(
        [sys.executable, '-c', SCRIPT, str(SMALL)],
        env={**os.environ, 'NAPARI_CONFIG': str(settings)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_bad_input_is_found_before_torch_is_loaded(done):
    assert done.stdout.startswith('refused'), (done.returncode, done.stderr)


def test_forms_load_torch_in_a_worker_and_nothing_that_clashes(done):
    assert 'survived' in done.stdout, (done.returncode, done.stderr)


def test_it_is_left_in_order(done):
    assert done.returncode == 0, done.stderr
    told = done.stdout.split('\n')
    assert told[-3:-1] == ['left in the middle', 'left in order']
    assert 'Traceback' not in done.stderr
    assert 'RuntimeError' not in done.stderr

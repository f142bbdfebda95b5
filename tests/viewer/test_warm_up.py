from __future__ import annotations

import gc
import subprocess
import sys

from napari_dip.viewer.warm_up import load_engine


def test_loads_torch_and_lets_the_window_breathe():
    code = (
        'import sys, threading, time\n'
        'from napari_dip.viewer.warm_up import load_engine\n'
        'assert "torch" not in sys.modules\n'
        'loading = threading.Thread(target=load_engine)\n'
        'loading.start()\n'
        'longest, last = 0.0, time.perf_counter()\n'
        'while loading.is_alive():\n'
        '    time.sleep(0.002)\n'
        '    now = time.perf_counter()\n'
        '    longest, last = max(longest, now - last), now\n'
        'assert "torch" in sys.modules\n'
        'print(longest)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    )
    # About 0.08 s on a machine of its own, seconds without the care taken.
    assert float(done.stdout) < 0.6


def test_leaves_collection_as_it_was():
    assert gc.isenabled()
    load_engine()
    assert gc.isenabled()
    gc.disable()
    try:
        load_engine()
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert gc.get_freeze_count() == 0

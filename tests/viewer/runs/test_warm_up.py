from __future__ import annotations

import gc
import subprocess
import sys

from napari_dip.viewer.runs.warm_up import load_engine


def test_the_libraries_are_there_before_torch_is_imported():
    """The import holds the interpreter lock, the loader does not."""
    code = (
        'import sys\n'
        'from napari_dip.viewer.runs import warm_up\n'
        'load = warm_up._load_libraries\n'
        'def note():\n'
        '    assert "torch" not in sys.modules\n'
        '    load()\n'
        '    print("loaded")\n'
        'warm_up._load_libraries = note\n'
        'warm_up.load_engine()\n'
        'assert "torch" in sys.modules\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    )
    on_linux = sys.platform.startswith('linux')
    assert ('loaded' in done.stdout) == on_linux


def test_leaves_collection_as_it_was():
    frozen = gc.get_freeze_count()
    assert gc.isenabled()
    load_engine()
    assert gc.isenabled()
    gc.disable()
    try:
        load_engine()
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert gc.get_freeze_count() == frozen

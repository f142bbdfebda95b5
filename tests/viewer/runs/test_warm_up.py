from __future__ import annotations

import gc

from napari_dip.viewer.runs.warm_up import load_engine


# That libraries are loaded before torch is imported is seen by
# test_fresh_process.py.
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

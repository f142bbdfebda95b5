from __future__ import annotations

from types import SimpleNamespace

import psutil
import torch

from napari_dip.device.peak_memory import PeakMemory


def test_the_peak_is_the_most_that_was_seen(monkeypatch):
    sizes = iter([100, 700, 300])

    def memory_info():
        return SimpleNamespace(rss=next(sizes))

    monkeypatch.setattr(
        psutil, 'Process', lambda: SimpleNamespace(memory_info=memory_info)
    )
    memory = PeakMemory(torch.device('cpu'))
    memory.look()
    memory.look()
    assert memory.peak == 700


def test_a_process_takes_some_memory():
    assert PeakMemory(torch.device('cpu')).peak > 2**20

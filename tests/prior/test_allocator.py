from __future__ import annotations

import sys

import psutil
import pytest
import torch

from napari_dip.prior import allocator
from napari_dip.prior.allocator import (
    give_back_freed_memory,
    keep_freed_memory,
)


def freed(blocks: int) -> int:
    """Bytes that the process still holds of small blocks given back."""
    process = psutil.Process()
    before = process.memory_info().rss
    kept = [torch.ones(2**18) for _ in range(blocks)]
    del kept
    return process.memory_info().rss - before


@pytest.mark.skipif(
    allocator._function('mallopt') is None, reason='the C library is another'
)
def test_freed_memory_is_kept_and_given_back():
    keep_freed_memory()
    give_back_freed_memory()
    held = freed(100)
    assert held > 50 * 2**20
    before = psutil.Process().memory_info().rss
    give_back_freed_memory()
    assert before - psutil.Process().memory_info().rss > 50 * 2**20


@pytest.mark.parametrize('platform', ['win32', 'darwin'])
def test_elsewhere_nothing_is_done(monkeypatch, platform):
    monkeypatch.setattr(sys, 'platform', platform)
    assert allocator._function('mallopt') is None
    keep_freed_memory()
    give_back_freed_memory()

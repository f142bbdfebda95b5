from __future__ import annotations

import sys

import psutil
import pytest
import torch

from napari_dip.device import allocator
from napari_dip.device.allocator import (
    give_back_freed_memory,
    keep_freed_memory,
    keep_large_blocks,
)


class Owner:
    """Of blocks."""


def freed(blocks: int, size: int = 2**18) -> int:
    """Bytes that the process still holds of blocks given back."""
    process = psutil.Process()
    before = process.memory_info().rss
    kept = [torch.ones(size) for _ in range(blocks)]
    del kept
    return process.memory_info().rss - before


needs_mallopt = pytest.mark.skipif(
    allocator._function('mallopt') is None, reason='the C library is another'
)


@needs_mallopt
def test_freed_memory_is_kept_and_given_back():
    keep_freed_memory()
    give_back_freed_memory()
    held = freed(100)
    assert held > 50 * 2**20
    before = psutil.Process().memory_info().rss
    give_back_freed_memory()
    assert before - psutil.Process().memory_info().rss > 50 * 2**20


@needs_mallopt
@pytest.mark.parametrize('closed', [True, False], ids=['closed', 'gone'])
def test_large_blocks_are_kept_while_their_owners_live(closed):
    owners = [Owner(), Owner()]
    let_go = [keep_large_blocks(owner) for owner in owners]
    give_back_freed_memory()
    assert freed(6, size=2**24) > 300 * 2**20
    let_go[0]()
    let_go[0]()
    give_back_freed_memory()
    assert freed(6, size=2**24) > 300 * 2**20
    if closed:
        let_go[1]()
    owners.clear()
    give_back_freed_memory()
    # Larger than any hole that is left, which would be used again.
    assert freed(1, size=2**27) < 10 * 2**20


@pytest.mark.parametrize('platform', ['win32', 'darwin'])
def test_elsewhere_nothing_is_done(monkeypatch, platform):
    monkeypatch.setattr(sys, 'platform', platform)
    assert allocator._function('mallopt') is None
    keep_freed_memory()
    keep_large_blocks(Owner())
    give_back_freed_memory()

"""How many processor cores a fit may take."""

from __future__ import annotations

import os

import torch


def leave_room_for_interface() -> None:
    """Leave one core's worth of room to whoever draws the window.

    A fit that takes all cores makes the interface stutter. For the whole
    process, since PyTorch knows no other.
    """
    cores = len(os.sched_getaffinity(0)) if _has_affinity() else None
    torch.set_num_threads(max(1, (cores or os.cpu_count() or 2) - 1))


def _has_affinity() -> bool:
    return hasattr(os, 'sched_getaffinity')

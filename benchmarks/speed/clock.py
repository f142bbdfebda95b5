"""Seconds that other work on the machine does not lengthen, where there are.

On one thread of the CPU that is processor time; on several threads, or with
a GPU, it is the clock on the wall.
"""

from __future__ import annotations

import time

import torch


def seconds(device: torch.device | str = 'cpu') -> float:
    """Seconds since some moment."""
    return time.process_time() if is_processor(device) else time.monotonic()


def is_processor(device: torch.device | str = 'cpu') -> bool:
    """Whether it is processor time."""
    alone = torch.get_num_threads() == 1
    return alone and torch.device(device).type == 'cpu'

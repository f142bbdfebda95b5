"""Several fits on one device take turns, an iteration each.

Side by side they would be slower: on a GPU each would wait within the
other's iteration, on the CPU their threads would wait for cores.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_change = threading.Condition()
_queues: dict[str, deque[object]] = defaultdict(deque)


@contextmanager
def in_turn(device: torch.device) -> Iterator[None]:
    """Context that one thread at a time is in, first come, first served.

    A plain lock would go to whoever has just let go of it, again and again.
    """
    ticket = object()
    queue = _queues[_name(device)]
    with _change:
        queue.append(ticket)
    try:
        with _change:
            _change.wait_for(lambda: queue[0] is ticket)
        yield
    finally:
        with _change:
            queue.remove(ticket)
            _change.notify_all()


def _name(device: torch.device) -> str:
    return f'{device.type}:{device.index or 0}'

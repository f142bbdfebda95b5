"""Processor cores: how many a fit takes, and in whose turn.

PyTorch takes as many threads as the machine has cores, and they wait for
each other after every operation. Where other programs are at work, each wait
is for the thread that got no core, and a fit on two threads takes longer than
on one. So a fit takes as many threads as cores are idle when it begins.

Several fits on one device take turns, an iteration each. Side by side they
would be slower: on a GPU each would wait within the other's iteration, on the
CPU their threads would wait for cores.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

# Seconds over which the load is measured at least: ten ticks of the counters.
_LEAST = 0.1
_GUESTS = ('guest', 'guest_nice')


class Load:
    """Cores that others leave idle, measured from its making on."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._begun = time.perf_counter()
        self._before = self._read()

    def idle_cores(self) -> float | None:
        """Return how many cores were idle, this process left out.

        Waits until a tenth of a second can be judged. None where the system
        does not tell.
        """
        short = _LEAST - (time.perf_counter() - self._begun)
        if short > 0:
            time.sleep(short)
        idle, own, all_ = (
            now - before
            for now, before in zip(self._read(), self._before, strict=True)
        )
        if all_ <= 0:
            return None
        return len(self._cores()) * min((idle + own) / all_, 1.0)

    def _read(self) -> tuple[float, float, float]:
        """Seconds of all cores: idle, of this process, altogether."""
        times = psutil.cpu_times(percpu=True)
        seen = [times[i] for i in self._cores() if i < len(times)]
        idle = sum(core.idle + getattr(core, 'iowait', 0) for core in seen)
        # What a guest takes is counted as the user's too.
        all_ = sum(
            sum(core) - sum(getattr(core, name, 0) for name in _GUESTS)
            for core in seen
        )
        own = self._process.cpu_times()
        return idle, own.user + own.system, all_

    def _cores(self) -> list[int]:
        """Numbers of the cores that this process may run on."""
        if hasattr(self._process, 'cpu_affinity'):
            return list(self._process.cpu_affinity())
        return list(range(psutil.cpu_count() or 1))


def choose_threads(
    device: torch.device, load: Load, spare_cores: int = 0
) -> int | None:
    """Choose the number of threads of a fit.

    Parameters
    ----------
    device : torch.device
        Where it runs; on a GPU there is nothing to choose.
    load : Load
        What others leave idle.
    spare_cores : int
        Idle cores that are left to others, such as who draws the window.

    Returns
    -------
    int or None
        At least 1 and at most what the caller has set: by
        ``OMP_NUM_THREADS``, or by ``torch.set_num_threads``.
    """
    if device.type != 'cpu':
        return None
    most = _of_caller()
    if most == 1:
        return 1
    idle = load.idle_cores()
    left = (most if idle is None else round(idle)) - spare_cores
    return max(1, min(most, left))


@contextmanager
def use_threads(count: int | None) -> Iterator[None]:
    """Context in which PyTorch takes a number of threads, in this thread.

    The caller's number is restored in the end. Inside another such context
    that one holds. None changes nothing.
    """
    global _users, _outside
    if count is None or getattr(_here, 'inside', False):
        yield
        return
    with _lock:
        _outside = _of_caller()
        _users += 1
    _here.inside = True
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(_outside)
        _here.inside = False
        with _lock:
            _users -= 1


def _of_caller() -> int:
    """Number of threads outside of all contexts.

    A thread that is new to PyTorch takes the number that any other has set
    last, so that asked within a context it would tell that of a fit.
    """
    return _outside if _users else torch.get_num_threads()


_lock = threading.Lock()
_here = threading.local()
# Contexts under way, and the number of threads outside of them.
_users = 0
_outside = 1


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

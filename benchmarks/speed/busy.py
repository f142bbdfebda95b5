"""Which part of the time a device computes, rather than waits for orders."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from benchmarks.speed.peaks import wait

_ACTIVITIES = {
    'cpu': (ProfilerActivity.CPU, DeviceType.CPU),
    'cuda': (ProfilerActivity.CUDA, DeviceType.CUDA),
}
# What the profiler calls transfers of memory, which are no kernels.
_TRANSFERS = ('Memcpy', 'Memset')


def busy(work: Callable[[], object], device: torch.device) -> float:
    """Kernel time by wall time of some work, waited for.

    The profiler itself slows the work down a little, never the kernels, so
    that the true part is no smaller.

    Parameters
    ----------
    work : callable
        Some tenths of a second of it.
    device : torch.device
        A GPU of the type 'cuda'; on the CPU, operations count as kernels.

    Returns
    -------
    float
        From 0 to 1.
    """
    activity, kind = _ACTIVITIES[device.type]
    wait(device)
    with profile(activities=[activity]) as profiler:
        begin = time.perf_counter()
        work()
        wait(device)
        taken = time.perf_counter() - begin
    spans = [
        (event.time_range.start, event.time_range.end)
        for event in profiler.events()
        if event.device_type == kind and not event.name.startswith(_TRANSFERS)
    ]
    return covered(spans) / 1e6 / taken


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Length of the union of some spans of time."""
    total, end = 0.0, float('-inf')
    for start, stop in sorted(spans):
        total += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return total

"""What this machine can do at most, measured beside what is judged by it."""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.speed.clock import seconds

_SIDE = {'cpu': 2048, 'cuda': 8192, 'mps': 4096}
_COPIED = 2**26
_REPEATS = 5


def product_rate(device: torch.device, dtype: torch.dtype) -> float:
    """FLOP a second of a large matrix product: the best of five."""
    side = _SIDE[device.type]
    one = torch.randn(side, side, device=device).to(dtype)
    return 2 * side**3 / _least_seconds(lambda: one @ one, device)


def copy_rate(device: torch.device) -> float:
    """Bytes a second read and written by a copy of 256 MiB."""
    source = torch.ones(_COPIED, device=device)
    target = torch.empty_like(source)
    taken = _least_seconds(lambda: target.copy_(source), device)
    return 2 * source.numel() * source.element_size() / taken


def wait(device: torch.device) -> None:
    """Wait until the device has done what it was asked for."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    elif device.type == 'mps':
        torch.mps.synchronize()


def _least_seconds(work: Callable[[], object], device: torch.device) -> float:
    work()
    taken = []
    for _ in range(_REPEATS):
        wait(device)
        start = seconds(device)
        work()
        wait(device)
        taken.append(seconds(device) - start)
    return min(taken)

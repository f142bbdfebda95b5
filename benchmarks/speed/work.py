"""What is restored where only time and memory count, and how both are told."""

import time
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks import engine
from benchmarks.cases import Problem
from benchmarks.datasets.sets import Task
from benchmarks.machine import peak_memory

_FACTOR = 4
_SECONDS, _LEAST, _MOST = 6.0, 3, 60


def make_problem(kind: str, side: int) -> tuple[Task, Problem]:
    """A ramp in noise, whose result has so many pixels along a side."""
    # An iteration costs the same whatever it sees, but noise would be binned.
    generator = np.random.default_rng(0)
    light = np.tile(np.linspace(20, 80, side), (side, 1))
    image: NDArray[Any] = generator.poisson(light).astype(np.uint16)
    if kind == 'denoise':
        return 'denoise', Problem(image)
    if kind == 'correlated':
        return 'denoise', Problem(gaussian_filter(image.astype(float), 1.0))
    if kind == 'enlarge':
        small = image[: side // _FACTOR, : side // _FACTOR]
        return 'super_resolve', Problem(small, factor=_FACTOR)
    mask = np.zeros(image.shape, bool)
    if kind == 'scattered':
        mask = generator.random(image.shape) < 0.5
    elif kind == 'scratch':
        mask[side // 3 : side // 3 + 6, side // 3 : side // 2] = True
    else:
        # Some lines in every tile of a large one.
        mask[np.arange(side) % 64 >= 56] = True
    return 'inpaint', Problem(image, mask=mask)


def seconds(device: str = 'cpu') -> float:
    """Seconds since some moment, once the device has done its work.

    On one thread of the CPU that is processor time, which other work on the
    machine does not lengthen; otherwise it is the clock on the wall.
    """
    if device.startswith('cuda'):
        torch.cuda.synchronize(device)
    elif device == 'mps':
        torch.mps.synchronize()
    alone = torch.get_num_threads() == 1 and device == 'cpu'
    return time.process_time() if alone else time.monotonic()


def iteration_seconds(session: Any, device: str) -> float:
    """Median over iterations of a few seconds."""
    taken: list[float] = []
    while len(taken) < _LEAST or (
        sum(taken) < _SECONDS and len(taken) < _MOST
    ):
        begin = seconds(device)
        next(session)
        taken.append(seconds(device) - begin)
    return median(taken)


def warm_up(device: str) -> None:
    """Let libraries load what they need before anything is measured."""
    session = engine.start(*make_problem('denoise', 64), 'fast', device=device)
    next(session)
    session.close()


def peak(device: str) -> float:
    """Greatest memory so far in MB, of the process or of the GPU."""
    gpu = device.startswith('cuda')
    used = torch.cuda.max_memory_allocated() if gpu else peak_memory()
    return used / 1e6

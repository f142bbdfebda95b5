"""Quality and cost of a method on a case."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import SETS, Case
from benchmarks.engine import Watch
from benchmarks.machine import peak_memory
from benchmarks.methods import Method
from benchmarks.results import Record, file_of
from benchmarks.runner import Job


def jobs(
    cases: Iterable[Case],
    methods: Mapping[str, Sequence[Method]],
    seeds: Iterable[int],
    *given: Any,
) -> Iterator[Job]:
    """Every case, installed method and seed; device and folder are given."""
    for case in cases:
        for method in methods[case.task]:
            for seed in seeds if method.installed() else ():
                names = case.collection, case.name, method.name
                what = measure, (case, method, seed, *given)
                about = method.version(), seed, method.ours
                yield Job(file_of(names[0]), names, *what, *about)


def measure(
    case: Case, method: Method, seed: int, device: str, keep: Any = None
) -> Record:
    """Figures of a result and what it cost."""
    problem = case.load()
    method.load()
    before = peak_memory()
    watch = Watch()
    if problem.truth is not None and SETS[case.collection].watched:
        watch = Watch(lambda image: case.score(image, problem)['psnr'])
    start = time.perf_counter()
    estimate, info = method.solve(problem, watch, seed, device)
    seconds = time.perf_counter() - start - watch.seconds
    memory = peak_memory() - before
    if keep:
        path = kept(keep, case, method.name, seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, estimate)
    # The record adds what the device is in words.
    used = str(info.get('device', 'cpu')).split()[0]
    memory = info['peak_memory'] if 'cuda' in used else memory
    record: Record = {
        'group': case.group,
        'figures': case.score(estimate, problem),
        'seconds': seconds,
        # On the processor, libraries that the method loads are included.
        'memory': memory // 2**20,
        'device': used,
    }
    if case.quick:
        record['quick'] = True
    if 'told' in info and problem.truth is not None:
        error = (estimate - problem.truth.astype(float))[problem.mask]
        true = float(np.mean(error**2)) ** 0.5
        record['figures']['told_error'] = 20 * np.log10(info['told'] / true)
    if info:
        record |= {'iterations': info['iterations'], 'noise': info['noise']}
        record['reason'] = info['reason_text']
    return record | watch.summary()


def kept(folder: Path, case: Case, method: str, seed: int) -> Path:
    """Where a result is kept."""
    return folder / case.collection / f'{case.name}-{method}-{seed}.npy'

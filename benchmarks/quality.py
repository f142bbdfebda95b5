"""Quality and cost of a method on a case."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.datasets.sets import SETS
from benchmarks.engine import Watch
from benchmarks.machine import describe, peak_memory
from benchmarks.methods import Method
from benchmarks.results import Record, file_of
from benchmarks.runner import Job


def jobs(
    cases: Iterable[Case],
    methods: Mapping[str, Sequence[Method]],
    seeds: Iterable[int],
    *given: Any,
) -> Iterator[Job]:
    """Every case with every method that is installed and every seed.

    Device and, if results are to be kept, a folder for them are given.
    """
    for case in cases:
        for method in methods[case.task]:
            for seed in seeds if method.installed() else ():
                names = case.collection, case.name, method.name
                arguments = (case, method, seed, *given)
                about = method.version(), seed, method.ours
                file = file_of(case.collection)
                yield Job(file, names, measure, arguments, *about)


def measure(
    case: Case,
    method: Method,
    seed: int,
    device: str,
    keep: Path | None = None,
) -> Record:
    """Figures of a result and what it cost."""
    problem = case.load()
    method.load()
    before = peak_memory()
    watch = Watch()
    if problem.truth is not None and SETS[case.collection].watched:
        watch = Watch(lambda image: case.score(image, problem)['psnr'])
    start, processor = time.perf_counter(), time.process_time()
    estimate, info = method.solve(problem, watch, seed, device)
    seconds = time.perf_counter() - start - watch.seconds
    processor = time.process_time() - processor
    memory = peak_memory() - before
    if keep is not None:
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
        'processor_seconds': processor,
        # On the processor, libraries that the method loads are included.
        'memory': memory // 2**20,
        'machine': describe(used),
    }
    if case.quick:
        record['quick'] = True
    if 'told' in info and problem.truth is not None:
        hole = problem.mask
        error = estimate[hole] - problem.truth[hole].astype(float)
        true = float(np.mean(error**2)) ** 0.5
        record['figures']['told_error'] = 20 * np.log10(info['told'] / true)
    if info:
        record |= {'iterations': info['iterations'], 'noise': info['noise']}
        record['reason'] = info['reason_text']
    return record | watch.summary()


def kept(folder: Path, case: Case, method: str, seed: int) -> Path:
    """Where a result is kept."""
    return folder / case.collection / f'{case.name}-{method}-{seed}.npy'

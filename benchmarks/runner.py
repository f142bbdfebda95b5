"""Run cases one after another and store every figure at once.

Each fit runs in a process of its own, so that its peak memory is its own and
a crash costs one figure.
"""

from __future__ import annotations

import datetime
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import kept, own, results
from benchmarks.cases import Case, Problem
from benchmarks.datasets import find_case
from benchmarks.machine import describe
from benchmarks.methods import Method, find_method, methods_for
from benchmarks.results import Record
from benchmarks.trajectory import Watch

Job = tuple[Case, Method, int]


class FigureError(RuntimeError):
    """A method failed on a case; the message says which and why."""


def jobs(
    cases: Iterable[Case],
    *,
    methods: Iterable[str] = (),
    slow: bool = False,
    seeds: Iterable[int] = (0,),
) -> Iterator[Job]:
    """Every case with every method of its task and every seed.

    Methods whose package is not installed are left out; :func:`absent`
    names them.
    """
    names, numbers = list(methods), list(seeds)
    for case in cases:
        for method in methods_for(case.task, names, slow=slow):
            if method.installed():
                for seed in numbers:
                    yield case, method, seed


def absent(
    cases: Iterable[Case], *, methods: Iterable[str] = (), slow: bool = False
) -> list[Method]:
    """Methods that :func:`jobs` leaves out for want of a package."""
    names = list(methods)
    found = {
        method.name: method
        for task in {case.task for case in cases}
        for method in methods_for(task, names, slow=slow)
        if not method.installed()
    }
    return [found[name] for name in sorted(found)]


def pending(work: Iterable[Job], folder: Path, *, stale: bool) -> list[Job]:
    """Jobs without a stored figure.

    Parameters
    ----------
    work : iterable of Job
        What is wanted.
    folder : Path
        Where figures are stored.
    stale : bool
        Also those of ours that other sources of the same version made.
    """
    known = {results.key(record): record for record in results.load(folder)}
    return [
        job
        for job in work
        if _is_missing(job, known.get(results.expected_key(*job)), stale)
    ]


def _is_missing(job: Job, record: Record | None, stale: bool) -> bool:
    if record is None:
        return True
    ours = job[1].ours
    return stale and ours and record['source'] != own.source_digest()


def run(
    work: Iterable[Job],
    *,
    data: Path,
    folder: Path,
    device: str,
    report: Callable[[str], None],
    keep: Path | None = None,
) -> int:
    """Run the jobs, store their figures, return how many failed.

    Parameters
    ----------
    work : iterable of Job
        What is measured.
    data, folder : Path
        Test images, and where figures are stored.
    device : str
        Device of napari-dip.
    report : callable
        Called with one line for each job.
    keep : Path, optional
        Where results are kept as well, for pictures of the very fits that
        the figures are of.
    """
    failures = 0
    for case, method, seed in work:
        title = f'{case.collection} {case.name} {method.name}'
        try:
            record = _measure_apart(data, case, method, seed, device, keep)
        except FigureError as error:
            failures += 1
            report(f'{title}: failed: {error}')
            continue
        results.store(record, folder)
        report(f'{title}: {_in_short(record)}')
    return failures


def _in_short(record: Record) -> str:
    decibels = record['figures'].get('psnr')
    scored = '' if decibels is None else f'{decibels:.2f} dB '
    return f'{scored}in {record["wall_time_s"]:.1f} s'


def _measure_apart(
    data: Path,
    case: Case,
    method: Method,
    seed: int,
    device: str,
    keep: Path | None,
) -> Record:
    context = multiprocessing.get_context('spawn')
    arguments = (
        data,
        case.collection,
        case.name,
        method.name,
        seed,
        device,
        keep,
    )
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(measure, *arguments).result()
        except BrokenProcessPool:
            raise FigureError(
                'the process ended early, most often for want of memory'
            ) from None
        except (
            ArithmeticError,
            AttributeError,
            ImportError,
            LookupError,
            MemoryError,
            OSError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:
            reason = f'{type(error).__name__}: {error}'
            raise FigureError(reason) from error


def measure(
    data: Path,
    collection: str,
    name: str,
    method_name: str,
    seed: int,
    device: str,
    keep: Path | None = None,
) -> Record:
    """One record: figures, cost, and all that is needed to repeat it."""
    case = find_case(data, collection, name)
    method = find_method(case.task, method_name)
    problem = case.load()
    import_module(method.module)
    before = _peak_memory()
    watch = _watch(case, problem)
    start = time.perf_counter()
    estimate, info = method.solve(problem, seed, device, watch)
    seconds = time.perf_counter() - start - watch.seconds
    if keep is not None:
        kept.save(estimate, kept.path(keep, case, method_name, seed))
    # The record adds what the device is in words.
    device_used = str(info.get('device', 'cpu')).split()[0]
    record: Record = {
        'set': collection,
        'case': name,
        'group': case.group,
        'quick': case.quick,
        'task': case.task,
        'method': method_name,
        'version': method.version(),
        'source': own.source_digest() if method.ours else '',
        'seed': seed,
        'shape': list(problem.image.shape),
        'figures': case.score(estimate, problem),
        'wall_time_s': round(seconds, 3),
        'peak_memory_mib': _memory(info, before),
        'device': device_used,
        'info': info,
        'machine': describe(device_used),
        'date': datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    if course := watch.summary():
        record['trajectory'] = course
    return record


def _watch(case: Case, problem: Problem) -> Watch:
    if problem.truth is None:
        return Watch()
    return Watch(lambda estimate: case.score(estimate, problem)['psnr'])


def _memory(info: dict[str, Any], before: int | None) -> int | None:
    # On a GPU the memory that counts is that of the GPU.
    if str(info.get('device', 'cpu')).startswith('cuda'):
        return info['peak_memory'] // 2**20
    return _growth(before)


def _peak_memory() -> int | None:
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _growth(before: int | None) -> int | None:
    # KiB on Linux; memory of libraries loaded by the method is included.
    after = _peak_memory()
    return None if None in (before, after) else (after - before) // 1024

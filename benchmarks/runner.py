"""Measure what has no figure yet, each in a process of its own.

So its peak memory is its own, and a crash costs one figure. Every figure is
stored at once: a run can be stopped and goes on where it stopped.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import engine, results
from benchmarks.machine import describe
from benchmarks.results import Record


@dataclass(frozen=True)
class Job:
    """One measurement, kept in a `file` of the store.

    `names` are those of set, case and method. `measure` returns the figures
    and the device that it used. Unless it is `ours`, it does not depend on
    the sources of napari-dip.
    """

    file: str
    names: tuple[str, str, str]
    measure: Callable[..., Record]
    arguments: tuple[Any, ...]
    version: str = engine.VERSION
    seed: int = 0
    ours: bool = True

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes the figure the same figure."""
        return (*self.names, self.version, self.seed)

    @property
    def source(self) -> str:
        """State of the sources of napari-dip, if it depends on them."""
        return engine.source_digest() if self.ours else ''

    def run(self) -> Record:
        """Measure; seconds are those of all of it, unless it tells them."""
        begin = time.perf_counter()
        found = self.measure(*self.arguments)
        seconds = time.perf_counter() - begin
        machine = describe(found.pop('device'))
        return {'seconds': seconds, 'machine': machine} | found


def pending(jobs: Iterable[Job], folder: Path, *, stale: bool) -> list[Job]:
    """Jobs without a stored figure; if `stale`, those of old sources too."""
    work = list(jobs)
    known = {
        (file, results.key(record)): record.get('source', '')
        for file in {job.file for job in work}
        for record in results.load(folder, file)
    }
    return [
        job
        for job in work
        if (source := known.get((job.file, job.key))) is None
        or (stale and source != job.source)
    ]


def run(
    jobs: Iterable[Job], folder: Path, report: Callable[[str], None]
) -> int:
    """Measure, store, report each in one line; return how many failed."""
    context = multiprocessing.get_context('spawn')
    failures = 0
    for job in jobs:
        title = ' '.join(job.names)
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            future = pool.submit(job.run)
            error = future.exception()
        if error is not None:
            failures += 1
            # A process that ends early most often lacks memory.
            report(f'{title}: failed: {type(error).__name__}: {error}')
            continue
        head = dict(zip(results.KEY, job.key, strict=True))
        record = head | {'source': job.source} | future.result()
        results.store(record, folder, job.file)
        decibels = record.get('figures', {}).get('psnr')
        scored = '' if decibels is None else f'{decibels:.2f} dB '
        report(f'{title}: {scored}in {record["seconds"]:.1f} s')
    return failures

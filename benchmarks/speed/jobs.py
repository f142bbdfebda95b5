"""Run what has no figure yet, each in a process of its own."""

from __future__ import annotations

import datetime
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from benchmarks import own, results
from benchmarks.datasets.folder import data_folder
from benchmarks.machine import describe
from benchmarks.results import Record
from benchmarks.speed import calls, forecasts, iterations, sizes
from benchmarks.speed.clock import is_processor
from benchmarks.speed.names import (
    CALLS,
    FORECASTS,
    ITERATIONS,
    SET,
    SET_GPU,
    SIZES,
)
from napari_dip.device.choice import resolve_device

PARTS: dict[str, dict[str, Any]] = {
    'iterations': ITERATIONS,
    'calls': CALLS,
    'sizes': SIZES,
    'forecasts': FORECASTS,
}
Job = tuple[str, str]


def jobs(parts: list[str], only: list[str]) -> list[Job]:
    """Parts and names of measurements.

    Raises
    ------
    ValueError
        On a part that does not exist.
    """
    for part in parts:
        if part not in PARTS:
            raise ValueError(
                f'There is no part {part!r}; there are {", ".join(PARTS)}.'
            )
    return [
        (part, name)
        for part in parts or PARTS
        for name in PARTS[part]
        if not only or any(text in name for text in only)
    ]


def pending(
    work: list[Job], folder: Path, device: str, *, stale: bool
) -> list[Job]:
    """Measurements without a stored figure, or of other sources."""
    known = {(r['method'], r['case']): r for r in stored(folder, device)}
    return [
        job
        for job in work
        if job not in known
        or (stale and known[job]['source'] != own.source_digest())
    ]


def stored(folder: Path, device: str) -> list[Record]:
    """Figures of all parts on a device, the latest of each."""
    wanted = _set(str(resolve_device(device)))
    latest = {
        (record['method'], record['case']): record
        for record in results.load(folder)
        if record['set'] == wanted
    }
    return list(latest.values())


def run(
    work: list[Job],
    *,
    data: Path | None,
    folder: Path,
    device: str,
    pictures: Path,
) -> Iterator[str]:
    """Measure one after another; store each and say how it went."""
    context = multiprocessing.get_context('spawn')
    for part, name in work:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            task = pool.submit(measure, part, name, data, device, pictures)
            try:
                record = task.result()
            except BrokenProcessPool:
                yield f'{part}: {name}: failed, most often for want of memory'
                continue
        results.store(record, folder)
        yield f'{part}: {name}: {_in_short(record["figures"])}'


def measure(
    part: str, name: str, data: Path | None, device: str, pictures: Path
) -> Record:
    """One record, with all that is needed to repeat it."""
    where = str(resolve_device(device))
    functions: dict[str, Callable[[], dict[str, Any]]] = {
        'iterations': lambda: iterations.measure(name, where),
        'calls': lambda: calls.measure(name, data_folder(data), where),
        'sizes': lambda: sizes.measure(name, where, pictures),
        'forecasts': lambda: forecasts.measure(name, where),
    }
    figures = functions[part]()
    return {
        'set': _set(where),
        'case': name,
        'method': part,
        'version': own.version(),
        'source': own.source_digest(),
        'seed': 0,
        'quick': False,
        'figures': figures,
        'clock': 'processor' if is_processor(where) else 'wall',
        'device': where,
        'machine': describe(where),
        'date': datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _set(device: str) -> str:
    return SET if device == 'cpu' else SET_GPU


def _in_short(figures: dict[str, Any]) -> str:
    seconds = figures.get('seconds')
    if seconds is None:
        return f'{figures["memory"] / 2**20:.0f} MiB'
    return f'{seconds:.3f} s'

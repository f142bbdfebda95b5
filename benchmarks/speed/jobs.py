"""What is measured, each in a process of its own."""

import time
import tomllib
from pathlib import Path
from typing import Any

from benchmarks.datasets.folder import data_folder
from benchmarks.machine import describe
from benchmarks.results import SPEED, Record
from benchmarks.runner import Job

_TEXT = Path(__file__).with_name('jobs.toml').read_text(encoding='utf-8')
#: What is measured, by part and name.
PARTS: dict[str, dict[str, list[Any]]] = tomllib.loads(_TEXT)


def jobs(
    parts: list[str],
    only: list[str],
    data: Path | None,
    device: str,
    pictures: Path,
) -> list[Job]:
    """Measurements of some parts whose name contains one of `only`."""
    from napari_dip.device.choice import resolve_device

    where = str(resolve_device(device))
    # Figures of a GPU replace none of the CPU.
    suffix = '' if where == 'cpu' else f' on {where}'
    found = []
    for part in parts or PARTS:
        if part not in PARTS:
            known = ', '.join(PARTS)
            raise ValueError(f'There is no part {part!r}; there are {known}.')
        more = {'sizes': [pictures]}
        if part == 'calls':
            more[part] = [data_folder(data)]
        for name, what in PARTS[part].items():
            if any(text in name for text in only or ['']):
                given = (part, [*what, *more.get(part, []), where])
                names = SPEED, name + suffix, part
                found.append(Job(SPEED, names, measure, given))
    return found


def measure(part: str, what: list[Any]) -> Record:
    """Figures of one measurement; the last of what it takes is the device."""
    from benchmarks.speed import measures

    begin = time.perf_counter()
    figures = getattr(measures, part)(*what)
    seconds = time.perf_counter() - begin
    about = {'seconds': seconds, 'machine': describe(what[-1])}
    return about | {'figures': figures}

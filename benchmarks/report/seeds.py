"""The page on seeds: how much restarts differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, stdev

from benchmarks.methods import METHODS
from benchmarks.report.contents import CONTENTS
from benchmarks.report.machines import machines
from benchmarks.report.pages import NOTE
from benchmarks.report.tables import NOT_RUN, markdown
from benchmarks.results import Record

_INTRODUCTION = (
    'Fits of one image by the same sources that differ in their seed alone. '
    'Asked for: a standard deviation of at most 0.15 dB, and no seed of ten '
    'that fails. `python -m benchmarks run --seeds 10` runs more of them.'
)


def write_seeds(records: Sequence[Record], output: Path) -> Path:
    """Write the page of all images of which several seeds are stored."""
    output.mkdir(parents=True, exist_ok=True)
    groups = _groups(records)
    used = [record for group in groups for record in group]
    head = ['method', 'set', 'image', 'seeds', 'mean PSNR / dB']
    head += ['standard deviation', 'worst', 'worst − mean']
    table = markdown(head, [_row(group) for group in groups])
    parts = [
        NOTE,
        '# Seeds',
        _INTRODUCTION,
        table if groups else NOT_RUN,
        '## Measured on',
        machines(used),
    ]
    page = output / 'seeds.md'
    page.write_text('\n\n'.join(parts) + '\n', encoding='utf-8')
    return page


def _groups(records: Iterable[Record]) -> list[list[Record]]:
    """Records that differ in their seed alone, two or more."""
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        if 'psnr' in record['figures'] and record['source']:
            names = ('method', 'set', 'case', 'version', 'source')
            found[tuple(record[name] for name in names)].append(record)
    several = [group for group in found.values() if len(group) > 1]
    known = [method.name for method in METHODS]
    sets = list(CONTENTS)
    return sorted(
        several,
        key=lambda group: (
            known.index(group[0]['method']),
            sets.index(group[0]['set']),
            group[0]['case'],
        ),
    )


def _row(group: Sequence[Record]) -> list[str]:
    decibels = [record['figures']['psnr'] for record in group]
    mean, worst = fmean(decibels), min(decibels)
    first = group[0]
    label = next(m.label for m in METHODS if m.name == first['method'])
    return [
        label,
        CONTENTS[first['set']].title,
        first['case'],
        str(len(group)),
        f'{mean:.2f}',
        f'{stdev(decibels):.2f}',
        f'{worst:.2f}',
        f'{worst - mean:.2f}',
    ]

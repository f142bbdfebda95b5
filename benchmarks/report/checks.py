"""The pages on seeds, uncertainty and series."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

from benchmarks.datasets.sets import SETS
from benchmarks.machine import machines
from benchmarks.methods import LABELS
from benchmarks.report.page import PAGES, write_page
from benchmarks.results import Record

_SAME = ('method', 'set', 'case', 'version', 'source')


def write_seeds(records: Sequence[Record], output: Path) -> Path:
    """Write the page of all images of which several seeds are stored."""
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        if 'psnr' in record['figures'] and 'source' in record:
            found[tuple(record[name] for name in _SAME)].append(record)
    methods, sets = list(LABELS), list(SETS)
    order = sorted(
        (same for same, group in found.items() if len(group) > 1),
        key=lambda s: (methods.index(s[0]), sets.index(s[1]), s[2]),
    )
    rows = []
    for same in order:
        decibels = [one['figures']['psnr'] for one in found[same]]
        row = {'method': LABELS[same[0]], 'set': SETS[same[1]].title}
        row |= {'case': same[2], 'seeds': len(decibels)}
        row |= {'mean': fmean(decibels), 'deviation': stdev(decibels)}
        row |= {'worst': min(decibels)}
        rows.append(row | {'below': row['worst'] - row['mean']})
    about = machines(record for same in order for record in found[same])
    path = output / 'seeds.md'
    return write_page(PAGES / 'seeds.md', path, seeds=rows, machines=about)


def write_uncertainty(records: Sequence[Record], output: Path) -> Path:
    """Write the page of all stored comparisons of map and error."""
    ordered = sorted(records, key=lambda r: (r['method'] != 'fast', r['case']))
    rows = [one['figures'] | one for one in ordered]
    for preset in dict.fromkeys(one['method'] for one in ordered):
        figures = [r['figures'] for r in ordered if r['method'] == preset]
        means = {name: fmean(f[name] for f in figures) for name in figures[0]}
        rows.append(
            {'method': preset, 'group': '', 'case': '**mean**'} | means
        )
    path, about = output / 'uncertainty.md', machines(records)
    return write_page(
        PAGES / 'uncertainty.md', path, maps=rows, machines=about
    )


def write_series(records: Sequence[Record], output: Path) -> Path:
    """Write the page of one network for a series beside plane by plane."""
    rows = [one['figures'] | one for one in records]
    for one in rows:
        seconds = [one['figures'][n] for n in ('seconds_alone', 'seconds')]
        one['faster'] = seconds[0] / seconds[1]
    path, about = output / 'series.md', machines(records)
    return write_page(PAGES / 'series.md', path, rows=rows, machines=about)

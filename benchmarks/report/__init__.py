"""The report: pages of tables and plots of all stored figures."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

from benchmarks.cases import SETS
from benchmarks.methods import LABELS
from benchmarks.report.page import write_page
from benchmarks.report.sets import write_sets
from benchmarks.report.speed import write_speed
from benchmarks.report.stopping import write_stopping
from benchmarks.results import Record, load, load_sets

_SAME = ('method', 'set', 'case', 'version', 'source')


def write_report(folder: Path, output: Path) -> list[Path]:
    """Write all pages from the store."""
    records = load_sets(folder)
    names = 'stopping', 'uncertainty', 'series', 'features', 'speed'
    observed, maps, planes, inverted, costs = (
        load(folder, name) for name in names
    )
    return [
        *write_sets(records, output),
        *write_stopping(records, observed, output),
        write_seeds(records, output),
        write_uncertainty(maps, output),
        write_series(planes, output),
        write_features(inverted, output),
        write_speed(costs, records, output),
    ]


def write_seeds(records: Sequence[Record], output: Path) -> Path:
    """Write the page of all images of which several seeds are stored."""
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for one in records:
        if 'psnr' in one['figures'] and 'source' in one:
            found[tuple(one[name] for name in _SAME)].append(one)
    methods, sets = list(LABELS), list(SETS)
    order = sorted(
        (same for same, group in found.items() if len(group) > 1),
        key=lambda s: (methods.index(s[0]), sets.index(s[1]), s[2]),
    )
    rows = []
    for same in order:
        decibels = [one['figures']['psnr'] for one in found[same]]
        mean, worst = fmean(decibels), min(decibels)
        row = {'method': LABELS[same[0]], 'set': SETS[same[1]].title}
        row |= {'case': same[2], 'seeds': len(decibels), 'mean': mean}
        row |= {'deviation': stdev(decibels), 'worst': worst}
        rows.append(row | {'below': worst - mean})
    used = [one for same in order for one in found[same]]
    return write_page('seeds', output, used, seeds=rows)


def write_uncertainty(records: Sequence[Record], output: Path) -> Path:
    """Write the page of all stored comparisons of map and error."""
    ordered = sorted(records, key=lambda r: (r['method'] != 'fast', r['case']))
    rows = [one['figures'] | one for one in ordered]
    for preset in dict.fromkeys(one['method'] for one in ordered):
        figures = [r['figures'] for r in ordered if r['method'] == preset]
        means = {name: fmean(f[name] for f in figures) for name in figures[0]}
        rows.append({'method': preset, 'case': '**mean**'} | means)
    return write_page('uncertainty', output, records, maps=rows)


def write_series(records: Sequence[Record], output: Path) -> Path:
    """Write the page of one network for a series beside plane by plane."""
    rows = [one['figures'] | one for one in records]
    for row in rows:
        figures = row['figures']
        row['faster'] = figures['seconds_alone'] / figures['seconds']
    return write_page('series', output, records, rows=rows)


def write_features(records: Sequence[Record], output: Path) -> Path:
    """Write the page of layers that were inverted, beside pixels and TV."""
    counts = []
    for preset in dict.fromkeys(one['method'] for one in records):
        figures = [r['figures'] for r in records if r['method'] == preset]
        row: dict[str, object] = {'method': preset, 'layers': len(figures)}
        for other in ('nearest', 'least'):
            won = {
                what: [f[what] <= f[f'{what}_{other}'] for f in figures]
                for what in ('distance', 'error')
            }
            won['both'] = [all(two) for two in zip(*won.values(), strict=True)]
            row |= {f'{what}_{other}': sum(n) for what, n in won.items()}
        counts.append(row)
    rows = [one['figures'] | one for one in records]
    return write_page('features', output, records, rows=rows, counts=counts)

"""One page for each set, and the index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.cases import SETS
from benchmarks.methods import Method, methods_for
from benchmarks.report.page import table, write_page
from benchmarks.report.plots import plot_quality_and_cost
from benchmarks.results import Record

# Sets of more cases show the means alone.
_COLUMNS = 20
_SOURCE = 'Published figures: the project page of the deep image prior.'
# Figures of the summary: title and format.
_SUMMARY = {
    'psnr': ('PSNR / dB', '.2f'),
    'ssim': ('SSIM', '.3f'),
    'si_psnr': ('SI-PSNR / dB', '.2f'),
    'psnr_missing': ('PSNR of missing pixels / dB', '.2f'),
    'told_error': ('told error by true / dB', '+.1f'),
    'seconds': ('time / s', '.1f'),
    'memory': ('memory / MiB', '.0f'),
}


def value(record: Record, name: str) -> Any:
    """Figure or cost of a record."""
    return record['figures'].get(name, record.get(name))


@dataclass(frozen=True)
class Selection:
    """Figures of a set, and how many cases it has."""

    records: Sequence[Record]
    size: int = 0

    @cached_property
    def columns(self) -> dict[str, list[str]]:
        """Cases of each column: single ones, groups, all."""
        cases = {one['case']: one.get('group', '') for one in self.records}
        ordered = sorted(cases, key=lambda name: (cases[name], name))
        single = ordered if len(ordered) <= _COLUMNS else []
        columns = {name: [name] for name in single}
        groups = sorted(set(cases.values()) - {''})
        for group in groups if len(groups) > 1 else []:
            members = [name for name in ordered if cases[name] == group]
            columns[f'mean {group}'] = members
        # An absent case keeps the mean from being given too early.
        absent = [''] if len(ordered) < self.size else []
        return columns | {'mean': [*ordered, *absent]}

    def mean(self, method: str, name: str, column: str = 'mean') -> Any:
        """Mean over the cases of a column, each the mean of its seeds.

        None where a case is missing: the others have means over all of them.
        """
        cases: dict[str, list[float]] = {n: [] for n in self.columns[column]}
        for one in self.records:
            number = value(one, name)
            known = one['method'] == method and number is not None
            if known and one['case'] in cases:
                cases[one['case']].append(number)
        complete = cases and all(cases.values())
        return fmean(map(fmean, cases.values())) if complete else None


def select(
    name: str, records: Iterable[Record], *, quick: bool = False
) -> Selection:
    """Newest figures of a set."""
    newest = {
        (record['case'], record['method'], record['seed']): record
        for record in records
        if record['set'] == name and record.get('quick', False) == quick
    }
    return Selection(list(newest.values()), 0 if quick else SETS[name].size)


def write_sets(records: Sequence[Record], output: Path) -> list[Path]:
    """Write the pages of all sets that have figures, and the index."""
    written, rows = [], []
    for name, about in SETS.items():
        full = select(name, records)
        if not full.records:
            continue
        crops = select(name, records, quick=True)
        # One method alone has nothing beside it.
        if len({record['method'] for record in crops.records}) < 2:
            crops = Selection([])
        methods = methods_for(about.task, slow=True)
        plot = output / f'{name}.png'
        drawn = plot_quality_and_cost(full, methods, about.title, plot)
        page = write_page(
            name,
            output,
            full.records,
            'set',
            title=about.title,
            protocol=about.protocol,
            origin=f'Source: {about.source}.' if about.source else '',
            summary=summary(full, methods),
            psnr=case_table(full, methods, 'psnr', about.published),
            si_psnr=case_table(full, methods, 'si_psnr'),
            times='' if about.scored else case_table(full, methods, 'seconds'),
            plot=f'![Quality and time]({plot.name})' if drawn else '',
            crops=summary(crops, methods),
            crops_psnr=case_table(crops, methods, 'psnr'),
            source=_SOURCE if about.published else '',
        )
        written += [page, plot] if drawn else [page]
        row = {'title': about.title, 'file': page.name}
        ours = [method for method in methods if method.ours]
        for who, some in (('peer', methods_for(about.task)), ('own', ours)):
            means = [(full.mean(m.name, 'psnr'), m.label) for m in some]
            known = [pair for pair in means if pair[0] is not None]
            row[f'{who}_psnr'], row[who] = max(known, default=(None, ''))
        rows += [row] if about.scored else []
    return [write_page('README', output, [], sets=rows), *written]


def case_table(
    chosen: Selection,
    methods: Sequence[Method],
    name: str,
    published: Sequence[dict[str, Any]] = (),
) -> str:
    """One row for each method, one column for each case, group and mean.

    The best figure of each column is in bold, of time the lowest.
    """
    best_of = min if name == 'seconds' else max
    columns: dict[str, list[str]] = {}
    for column in chosen.columns:
        means = [chosen.mean(m.name, name, column) for m in methods]
        cells = [_cell(n) for n in means]
        if known := [n for n in means if n is not None]:
            first = means.index(best_of(known))
            cells[first] = f'**{cells[first]}**'
        for row in published:
            theirs = row.get('cases', {}) | {'mean': row['mean']}
            cells.append(_cell(theirs.get(column)))
        columns[column] = cells
    labels = [method.label for method in methods]
    labels += [f'*{row["method"]} (published)*' for row in published]
    return table(labels, columns)


def summary(chosen: Selection, methods: Sequence[Method]) -> str:
    """One row for each method that has run all cases."""
    columns: dict[str, list[str]] = {}
    for name, (title, form) in _SUMMARY.items():
        means = [chosen.mean(method.name, name) for method in methods]
        if any(number is not None for number in means):
            columns[title] = [_cell(number, form) for number in means]
    return table([method.label for method in methods], columns)


def _cell(number: float | None, form: str = '.2f') -> str:
    return '' if number is None else format(number, form)

"""Markdown tables of stored figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from benchmarks.methods import Method
from benchmarks.report.published import Published
from benchmarks.results import Record

NOT_RUN = 'not yet run'


@dataclass(frozen=True)
class Selection:
    """Figures of one set, and the cases that its tables must show."""

    records: Sequence[Record]
    cases: Sequence[tuple[str, str]]

    def names(self, group: str | None = None) -> list[str]:
        """Names of the cases, of one group where it is given."""
        return [
            name for name, own in self.cases if group is None or own == group
        ]

    def groups(self) -> list[str]:
        """Groups in the order of the cases; none where there is one."""
        found = list(dict.fromkeys(group for _, group in self.cases if group))
        return found if len(found) > 1 else []

    def mean(
        self,
        method: str,
        names: Iterable[str],
        value: Callable[[Record], float | None],
    ) -> float | None:
        """Mean over cases, each the mean of its seeds.

        None where a case is missing: a mean over fewer cases would be
        compared with means over all of them.
        """
        means = [self._case_mean(method, name, value) for name in names]
        if not means or None in means:
            return None
        return fmean(means)

    def _case_mean(
        self,
        method: str,
        name: str,
        value: Callable[[Record], float | None],
    ) -> float | None:
        found = [
            value(record)
            for record in self.records
            if (record['method'], record['case']) == (method, name)
        ]
        known = [number for number in found if number is not None]
        return fmean(known) if known else None


def figure(name: str) -> Callable[[Record], float | None]:
    """Reader of one figure of a record."""
    return lambda record: record['figures'].get(name)


def cost(name: str) -> Callable[[Record], float | None]:
    """Reader of one cost of a record."""
    return lambda record: record.get(name)


def case_table(
    chosen: Selection,
    methods: Sequence[Method],
    published: Sequence[Published],
    value: Callable[[Record], float | None],
    best: Callable[..., float] = max,
) -> str:
    """One row for each method, one column for each case, group and mean.

    The `best` figure of each column, the highest or the lowest, is in bold.
    """
    groups = chosen.groups()
    columns = [[name] for name in chosen.names()]
    columns += [chosen.names(group) for group in groups]
    columns += [chosen.names()]
    head = ['method', *chosen.names(), *(f'mean {g}' for g in groups), 'mean']
    body = [
        [
            method.label,
            *_emphasised(chosen, method, methods, columns, value, best),
        ]
        for method in methods
    ]
    body += [_published_row(row, chosen, groups) for row in published]
    return markdown(head, body)


def _emphasised(
    chosen: Selection,
    method: Method,
    methods: Sequence[Method],
    columns: Sequence[Sequence[str]],
    value: Callable[[Record], float | None],
    best: Callable[..., float],
) -> list[str]:
    cells = []
    for names in columns:
        number = chosen.mean(method.name, names, value)
        rivals = [chosen.mean(one.name, names, value) for one in methods]
        first = best((one for one in rivals if one is not None), default=None)
        text = NOT_RUN if number is None else f'{number:.2f}'
        cells.append(f'**{text}**' if number == first is not None else text)
    return cells


def _published_row(
    row: Published, chosen: Selection, groups: Sequence[str]
) -> list[str]:
    single = [row.cases.get(name) for name in chosen.names()]
    cells = ['' if number is None else f'{number:.2f}' for number in single]
    label = f'*{row.method} (published)*'
    return [label, *cells, *('' for _ in groups), f'{row.mean:.2f}']


def summary_table(chosen: Selection, methods: Sequence[Method]) -> str:
    """One row for each method: mean figures and cost over all cases."""
    readers = {
        'PSNR / dB': (figure('psnr'), '.2f'),
        'SSIM': (figure('ssim'), '.3f'),
        'SI-PSNR / dB': (figure('si_psnr'), '.2f'),
        'PSNR of missing pixels / dB': (figure('psnr_missing'), '.2f'),
        'time / s': (cost('wall_time_s'), '.1f'),
        'memory / MiB': (cost('peak_memory_mib'), '.0f'),
    }
    used = {
        title: reader
        for title, reader in readers.items()
        if any(reader[0](record) is not None for record in chosen.records)
    }
    rows = [
        [method.label]
        + [
            _cell(chosen.mean(method.name, chosen.names(), read), form)
            for read, form in used.values()
        ]
        for method in methods
    ]
    return markdown(['method', *used], rows)


def _cell(number: float | None, form: str) -> str:
    return NOT_RUN if number is None else format(number, form)


def markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Table with its first column left-aligned and numbers to the right."""
    rule = ['---', *('---:' for _ in head[1:])]
    return '\n'.join(
        '| ' + ' | '.join(row) + ' |' for row in (head, rule, *body)
    )

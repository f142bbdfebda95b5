"""The page on uncertainty: whether it is that of the error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from benchmarks.report.machines import machines
from benchmarks.report.pages import NOTE
from benchmarks.report.tables import NOT_RUN, markdown
from benchmarks.results import Record

_INTRODUCTION = (
    'The map that `uncertainty=True` gives, against the error of the result, '
    'on 256 × 256 centre crops of the FMD scenes, one frame each. The truth '
    'of these scenes is the mean of 50 frames, so that it has 1/50 of the '
    "noise's variance itself: this is added to the predicted variance where "
    'a column does not say "plain". The crops of Confocal_MICE and '
    'TwoPhoton_BPAE_G are near those that the method was chosen on, the '
    'others are not.\n\n'
    'Aimed at: 68 % of the errors within one reported standard deviation and '
    '95 % within two, and a ratio of 1 between the root mean squares of '
    'prediction and error. The correlation is that of predicted and actual '
    'root mean square in squares of 8 × 8 pixels. '
    '`python -m benchmarks uncertainty` measures and writes this.'
)
_COLUMNS = {
    'predicted': '{:.2f}',
    'error': '{:.2f}',
    'ratio': '{:.2f}',
    'within_1': '{:.0%}',
    'within_2': '{:.0%}',
    'within_1_plain': '{:.0%}',
    'within_2_plain': '{:.0%}',
    'correlation': '{:.2f}',
}
_HEAD = [
    'preset',
    'kind',
    'image',
    'predicted RMS / counts',
    'RMS error',
    'ratio',
    'within 1',
    'within 2',
    'within 1, plain',
    'within 2, plain',
    'correlation',
]


def write_uncertainty(records: Sequence[Record], output: Path) -> Path:
    """Write the page of all stored comparisons."""
    output.mkdir(parents=True, exist_ok=True)
    ordered = sorted(records, key=lambda r: (r['method'] != 'fast', r['case']))
    rows = [_row(record) for record in ordered]
    for preset in dict.fromkeys(record['method'] for record in ordered):
        chosen = [r for r in ordered if r['method'] == preset]
        rows.append(_mean(preset, chosen))
    parts = [
        NOTE,
        '# Uncertainty',
        _INTRODUCTION,
        markdown(_HEAD, rows) if rows else NOT_RUN,
        '## Measured on',
        machines(records),
    ]
    page = output / 'uncertainty.md'
    page.write_text('\n\n'.join(parts) + '\n', encoding='utf-8')
    return page


def _row(record: Record) -> list[str]:
    figures = record['figures']
    cells = [form.format(figures[name]) for name, form in _COLUMNS.items()]
    return [record['method'], record['group'], record['case'], *cells]


def _mean(preset: str, records: Sequence[Record]) -> list[str]:
    cells = [
        form.format(fmean(record['figures'][name] for record in records))
        for name, form in _COLUMNS.items()
    ]
    return [preset, '', '**mean**', *cells]

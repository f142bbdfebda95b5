"""One page for each set and an index, written from the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.methods import Method, methods_for
from benchmarks.report.contents import CONTENTS, Content, expected_cases
from benchmarks.report.machines import machines
from benchmarks.report.plots import plot_quality_and_cost
from benchmarks.report.published import PUBLISHED
from benchmarks.report.tables import (
    Selection,
    case_table,
    cost,
    figure,
    markdown,
    summary_table,
)
from benchmarks.results import Record

NOTE = '<!-- Written by "python -m benchmarks report": do not edit. -->'
_INTRODUCTION = (
    'Mean PSNR over each set; the pages have every image, method, SSIM, time '
    'and memory. All methods see the same degraded files. A mean is given '
    'once all images of the set have been run.'
)
_UNSCORED = (
    'Images without ground truth have [a page](unscored.md) too, time and '
    'memory have [another](speed.md), and pictures stand on [the page of '
    'results](../results.md).'
)
_MORE = (
    '[Stopping](stopping.md) shows how far the automatic stop is from the '
    'best that each fit reached, and the known stopping rules side by side; '
    '[seeds](seeds.md), how much restarts differ; '
    '[uncertainty](uncertainty.md), whether the map of it is right.'
)
_CROPS = (
    'The middle of some images, which `--quick` runs. Where a method was run '
    'with several seeds, the figures are their mean.'
)
_PEERS = """A method whose package is not installed is left out, and the
run says so.

- BM3D is licensed for non-commercial use: `pip install bm3d`.
- deepinv (`pip install --group peers`) needs the torchvision that was built
  together with the PyTorch in use. Beside a CPU build of PyTorch that is the
  one from PyTorch's own CPU index: the one from PyPI installs beside it but
  cannot be imported, and its figures are then reported as failed, unless its
  operators, which the method does not use, are declared beforehand: so it was
  run here. It has no stopping rule, and its defaults (256 channels, 2500
  iterations) take over an hour for 128 × 128 pixels on one thread.
- Noise2Void of CAREamics is not among the peers: pip finds no release from 0.2
  on that installs beside PyTorch 2.13, which the other figures are of. The
  latest, 0.3.5, asks for torchvision 0.26 or older, which belongs to
  PyTorch 2.11."""
_REPEAT = """```
python -m benchmarks run --quick
python -m benchmarks run --set fmd --method dip-balanced
python -m benchmarks stopping --set fmd
python -m benchmarks report
```

A run can be stopped at any time and goes on where it stopped. Figures are
kept in `benchmarks/results`, each with settings, version, seed, device and
machine."""


def write_pages(records: Sequence[Record], output: Path) -> list[Path]:
    """Write the pages of all sets.

    Parameters
    ----------
    records : sequence of dict
        Stored figures, latest last.
    output : Path
        Folder, made where it is missing.

    Returns
    -------
    list of Path
        Files written.
    """
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for name in CONTENTS:
        written += _write_set(name, records, output)
    index = output / 'README.md'
    index.write_text(_index(records), encoding='utf-8')
    return [index, *written]


def _write_set(
    name: str, records: Sequence[Record], output: Path
) -> list[Path]:
    content = CONTENTS[name]
    chosen = select(name, records)
    methods = _methods(content)
    plot = output / f'{name}.png'
    drawn = plot_quality_and_cost(chosen, methods, content.title, plot)
    parts = [
        NOTE,
        f'# {content.title}',
        content.protocol,
        '## Mean over the set',
        summary_table(chosen, methods),
        *_by_case(name, chosen, methods),
        *([f'![Quality and time]({plot.name})'] if drawn else []),
        *_crops(name, records, methods),
        *_sources(name),
        '## Measured on',
        machines(chosen.records),
    ]
    page = output / f'{name}.md'
    page.write_text('\n\n'.join(parts) + '\n', encoding='utf-8')
    return [page, plot] if drawn else [page]


def _methods(content: Content) -> list[Method]:
    methods = methods_for(content.task, slow=True)
    # Without a truth there is nothing to set beside the peers.
    return [one for one in methods if one.ours or content.scored]


def _by_case(
    name: str, chosen: Selection, methods: Sequence[Method]
) -> list[str]:
    if not CONTENTS[name].scored:
        seconds = case_table(chosen, methods, (), cost('wall_time_s'), min)
        return ['## Time / s of each image', seconds]
    published = PUBLISHED.get(name, ())
    decibels = case_table(chosen, methods, published, figure('psnr'))
    return [
        '## PSNR / dB of each image',
        decibels,
        *_scale_invariant(chosen, methods),
    ]


def _scale_invariant(
    chosen: Selection, methods: Sequence[Method]
) -> list[str]:
    read = figure('si_psnr')
    if all(read(record) is None for record in chosen.records):
        return []
    table = case_table(chosen, methods, (), read)
    return ['## Scale-invariant PSNR / dB of each image', table]


def _crops(
    name: str, records: Sequence[Record], methods: Sequence[Method]
) -> list[str]:
    """What ``--quick`` has run of the set, where more than one method has."""
    quick = [r for r in records if r['set'] == name and r['quick']]
    run = [m for m in methods if any(r['method'] == m.name for r in quick)]
    if len(run) < 2:
        return []
    cases = sorted({(r['case'], r['group']) for r in quick})
    chosen = Selection(_latest_version(quick), cases)
    return [
        '## Centre crops',
        _CROPS,
        summary_table(chosen, run),
        case_table(chosen, run, (), figure('psnr')),
    ]


def select(name: str, records: Sequence[Record]) -> Selection:
    """Latest full-size figures of a set."""
    full = [
        record
        for record in records
        if record['set'] == name and not record['quick']
    ]
    return Selection(_latest_version(full), expected_cases(name, full))


def _latest_version(records: Iterable[Record]) -> list[Record]:
    # The store keeps every version; a table shows the newest of each figure.
    newest: dict[tuple[str, str, int], Record] = {}
    for record in records:
        newest[record['case'], record['method'], record['seed']] = record
    return list(newest.values())


def _sources(name: str) -> list[str]:
    rows = PUBLISHED.get(name, ())
    if not rows:
        return []
    sources = dict.fromkeys(row.source for row in rows)
    return ['Published figures: ' + '; '.join(sources) + '.']


def _index(records: Sequence[Record]) -> str:
    rows = [
        [
            f'[{content.title}]({name}.md)',
            *_best(select(name, records), methods_for(content.task)),
            *_best(
                select(name, records),
                [
                    method
                    for method in methods_for(content.task, slow=True)
                    if method.ours
                ],
            ),
        ]
        for name, content in CONTENTS.items()
        if content.scored
    ]
    head = ['set', 'best classical peer', 'PSNR / dB']
    head += ['best of napari-dip', 'PSNR / dB']
    parts = [
        NOTE,
        '# Benchmarks',
        _INTRODUCTION,
        markdown(head, rows),
        _UNSCORED,
        _MORE,
        '## Peers that are not always there',
        _PEERS,
        '## Repeat',
        _REPEAT,
    ]
    return '\n\n'.join(parts) + '\n'


def _best(chosen: Selection, methods: Sequence[Method]) -> list[str]:
    names = chosen.names()
    means = [
        (chosen.mean(method.name, names, figure('psnr')), method.label)
        for method in methods
    ]
    finished = [(mean, label) for mean, label in means if mean is not None]
    if not finished:
        return ['', 'not yet run']
    mean, label = max(finished)
    return [label, f'{mean:.2f}']

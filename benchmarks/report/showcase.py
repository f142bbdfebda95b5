"""One page: what a restoration of each kind of image brings and costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.methods import find_method, methods_for
from benchmarks.pictures import picture_name
from benchmarks.report.contents import CONTENTS
from benchmarks.report.machines import machines, threads_used
from benchmarks.report.pages import NOTE, select
from benchmarks.report.tables import NOT_RUN, figure, markdown
from benchmarks.results import Record

_METHODS = ('dip-fast', 'dip-balanced')
_PICTURED = 'dip-balanced'

CASES: dict[str, tuple[str, ...]] = {
    'fmd': (
        'Confocal_BPAE_B',
        'Confocal_BPAE_R',
        'Confocal_MICE',
        'TwoPhoton_BPAE_B',
        'TwoPhoton_BPAE_G',
        'TwoPhoton_BPAE_R',
        'WideField_BPAE_B',
        'WideField_BPAE_G',
    ),
    'unscored': ('convallaria', 'SrTiO3', 'ihc'),
    'holes': ('kate', 'scratch'),
    'missing-50': ('barbara',),
    'set5-x4': ('butterfly',),
    'microscopy-x4': ('cells',),
}

_UNTOUCHED = ('noisy', 'masked')
_TASKS = {
    'denoise': 'denoise',
    'inpaint': 'inpaint',
    'super_resolve': 'enlarge ×4',
}

_CREDITS = {
    'fmd': 'Fluorescence Microscopy Denoising data set, Y. Zhang et al., '
    'CVPR 2019 (MIT, files from a copy under Apache-2.0)',
    'SrTiO3': 'SrTiO3 in a scanning transmission electron microscope, '
    'lukmuk/r_em_workflows (MIT)',
    'ihc': 'immunohistochemistry, sample of scikit-image (no known copyright '
    'restrictions)',
    'scratch': 'cell membranes, haesleinhuepf/BioImageAnalysisNotebooks '
    '(CC-BY-4.0), with our scratch',
    'cells': 'U2OS cells, Broad Bioimage Benchmark Collection BBBC022 (CC0)',
}

_INTRODUCTION = (
    'Every row is one call with no setting but the preset: napari-dip is told '
    'neither a noise level nor a number of iterations. The best classical '
    'method is the one with the highest PSNR on that very image, chosen with '
    'the truth at hand, out of those that [the pages of the '
    'sets](benchmarks/README.md) name. PSNR is that of the whole image '
    'against the ground truth, as the page of each set says; three real '
    'images have none. Time is that of the whole call, on the processor '
    'alone, while the machine had other work too: an upper bound.'
)
_LICENCES = (
    'Left the input, in the middle the result, right the ground truth where '
    'there is one; below, the part with most detail, enlarged without '
    'smoothing. Missing pixels are orange. All have the same grey levels.\n'
    '\n'
    'There are figures but no pictures of the images whose licence does not '
    'allow them beyond doubt: convallaria (GPL-3.0), kate (its authors ask '
    'to be contacted for commercial use), barbara and butterfly (no licence '
    'stated).'
)
_REPEAT = """```
python -m benchmarks run --set fmd --method dip-balanced --keep build/kept
python -m benchmarks pictures --set fmd --kept build/kept
python -m benchmarks results
```"""


def write_showcase(records: Sequence[Record], output: Path) -> Path:
    """Write the page.

    Parameters
    ----------
    records : sequence of dict
        Stored figures, latest last.
    output : Path
        File; pictures are looked for in ``images`` beside it.

    Returns
    -------
    Path
        The file.
    """
    latest = _latest(records)
    ours = [one for one in latest.values() if one['method'] in _METHODS]
    parts = [
        NOTE.replace('report', 'results'),
        '# Results',
        _INTRODUCTION,
        markdown(_HEAD, list(_rows(latest))),
        '## Before and after',
        _LICENCES,
        *_pictures(latest, output.parent / 'images'),
        '## Measured on',
        machines(ours),
        _sources(ours),
        '## Repeat',
        _REPEAT,
    ]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text('\n\n'.join(parts) + '\n', encoding='utf-8')
    return output


Latest = dict[tuple[str, str, str], Record]


def _latest(records: Sequence[Record]) -> Latest:
    wanted = {(name, case) for name in CASES for case in CASES[name]}
    return {
        (record['set'], record['case'], record['method']): record
        for name in CASES
        for record in select(name, records).records
        if (record['set'], record['case']) in wanted and record['seed'] == 0
    }


_HEAD = (
    'image',
    'task',
    'preset',
    'noisy input / dB',
    'best classical / dB',
    'napari-dip / dB',
    'time / s',
    'threads',
    'iterations',
    'stopped because',
    'noise assumed',
)


def _rows(latest: Latest) -> Iterator[list[str]]:
    for name, cases in CASES.items():
        task = CONTENTS[name].task
        for case in cases:
            noisy = latest.get((name, case, 'noisy'))
            for method in (find_method(task, one) for one in _METHODS):
                record = latest.get((name, case, method.name))
                yield [
                    case,
                    _TASKS[task],
                    method.name.removeprefix('dip-'),
                    _decibels(noisy) if noisy else '',
                    _best_classical(latest, name, case),
                    _decibels(record) if record else NOT_RUN,
                    *_account(record),
                ]


def _best_classical(latest: Latest, name: str, case: str) -> str:
    if not CONTENTS[name].scored:
        return ''
    found = [
        (figure('psnr')(latest[name, case, method.name]), method.label)
        for method in methods_for(CONTENTS[name].task)
        if method.name not in _UNTOUCHED
        and (name, case, method.name) in latest
    ]
    if not found:
        return NOT_RUN
    decibels, label = max(found)
    return f'{decibels:.2f} ({label})'


def _decibels(record: Record) -> str:
    number = figure('psnr')(record)
    return 'no truth' if number is None else f'{number:.2f}'


def _account(record: Record | None) -> list[str]:
    if record is None:
        return [NOT_RUN, '', '', '', '']
    info = record['info']
    return [
        f'{record["wall_time_s"]:.0f}',
        str(threads_used(record)),
        str(info['iterations']),
        info['reason_text'],
        info['noise'],
    ]


def _pictures(latest: Latest, folder: Path) -> Iterator[str]:
    for name, cases in CASES.items():
        for case in cases:
            file = picture_name(name, case, _PICTURED)
            record = latest.get((name, case, _PICTURED))
            if record and (folder / file).exists():
                credit = _CREDITS.get(case) or _CREDITS[name]
                yield f'![{case}: before and after](images/{file})'
                yield f'*{case}, preset "balanced". Image: {credit}.*'


def _sources(ours: Sequence[Record]) -> str:
    digests = sorted({record['source'] for record in ours})
    if len(digests) < 2:
        return 'All rows stem from one state of the engine.'
    return (
        'The engine was being worked on meanwhile: the rows stem from '
        f'{len(digests)} states of its sources. `python -m benchmarks run '
        '--stale` measures again what an earlier state made.'
    )

"""The page on time and memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machines
from benchmarks.report.page import PAGES, write_page
from benchmarks.results import Record
from benchmarks.speed.jobs import PARTS

_PUBLISHED = 'dip-ulyanov2018'
_PICTURES = {
    'tiles.png': 'Denoised: input, result, ten times its error',
    'tiles-lines.png': 'Missing lines filled: result, three times its error',
    'tiles-scattered.png': 'Half of the pixels filled: the same',
}

Row = dict[str, Any]


def write_speed(
    measured: Sequence[Record], records: Sequence[Record], output: Path
) -> Path:
    """Write the page; the `records` of whole images are used too."""
    parts = {part: list(_rows(part, measured)) for part in PARTS}
    calls, sizes = parts['calls'], parts['sizes']
    first = {one['case']: one['seconds'] for one in sizes}
    for one in sizes:
        label, side = one['case'].removesuffix('²').rsplit(', ', 1)
        if smallest := first.get(f'{label}, 512²'):
            linear = smallest * (int(side) / 512) ** 2
            one['of_linear'] = one['seconds'] / linear
    for one in calls:
        whole = one['published_iteration'] * one['published_iterations']
        one |= {'published': whole, 'ratio': whole / one['seconds']}
    told = [one for one in [*parts['forecasts'], *sizes] if 'ratio' in one]
    pictures = [
        f'![{what}]({name})\n\n*{what}.*'
        for name, what in _PICTURES.items()
        if (output / name).exists()
    ]
    return write_page(
        PAGES / 'speed.md',
        output / 'speed.md',
        iterations=parts['iterations'],
        calls=calls,
        whole=list(_whole_fits(records)),
        sizes=sizes,
        seams=[
            one[name] | {'case': one['case'] + title}
            for one in sizes
            for name, title in _SEAMS.items()
            if name in one
        ],
        pictures='\n\n'.join(pictures),
        forecasts=told,
        machines=machines(measured),
    )


_SEAMS = {'seam': '', 'seam_beside_whole': ', gain over one fit'}


def _rows(part: str, measured: Sequence[Record]) -> Iterator[Row]:
    """Figures in the order of the names, those of other devices below."""
    for name in PARTS[part]:
        for one in measured:
            if one['method'] == part and one['case'].split(' on ')[0] == name:
                yield one['figures'] | {'case': one['case']}


def _whole_fits(records: Sequence[Record]) -> Iterator[Row]:
    """Ours beside the published recipe, of images it was run on to its end."""
    found = {
        (one['set'], one['case'], one['method']): one
        for one in records
        if one['seed'] == 0 and 'oracle' in one
    }
    for name, case, method in found:
        if method == _PUBLISHED:
            for which in (_PUBLISHED, 'dip-fast', 'dip-balanced'):
                if one := found.get((name, case, which)):
                    yield one | one['figures']

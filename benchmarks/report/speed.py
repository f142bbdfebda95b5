"""The page on time and memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report.page import write_page
from benchmarks.results import Record
from benchmarks.speed import PARTS

_PUBLISHED = 'dip-ulyanov2018'
# Of a seam: what is added to the name of the image.
_SEAMS = {'seam': '', 'seam_beside_whole': ', gain over one fit'}

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
    return write_page(
        'speed',
        output,
        measured,
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
        forecasts=[
            one for one in parts['forecasts'] + sizes if 'ratio' in one
        ],
    )


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

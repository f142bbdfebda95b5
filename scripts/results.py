"""Write the page of results of the documentation from stored figures.

Run as ``python -m scripts.results`` in the root of the repository. With
``--pictures`` it first shows input, result and truth of each image side by
side, where the licence allows; ``--keep FOLDER`` takes the results from where
``python -m benchmarks run --keep FOLDER`` has kept them.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.cases import SETS
from benchmarks.datasets.folder import data_folder, find_case
from benchmarks.machine import machines
from benchmarks.methods import methods_for
from benchmarks.report import page
from benchmarks.report.sets import select, value
from benchmarks.results import FOLDER, Record, load_sets
from scripts.pictures import picture_name, write_picture

OUTPUT = Path(__file__).parents[1] / 'docs' / 'results.md'

_TEXT = Path(__file__).with_suffix('.toml').read_text(encoding='utf-8')
_SHOWN: list[dict[str, str]] = tomllib.loads(_TEXT)['shown']
_OURS = ('dip-fast', 'dip-balanced')
_UNTOUCHED = ('noisy', 'masked')


def main() -> None:
    """Write the pictures, if asked for, and the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--pictures', action='store_true')
    parser.add_argument('--keep', type=Path)
    given = parser.parse_args()
    for shown in _SHOWN if given.pictures else ():
        case = find_case(data_folder(), shown['set'], shown['case'])
        folder = OUTPUT.parent / 'images'
        print(write_picture(case, _OURS[-1], 'auto', folder, given.keep))
    print(write_results(load_sets(FOLDER), OUTPUT))


def write_results(records: Iterable[Record], output: Path) -> Path:
    """Write the page; pictures are looked for in ``images`` beside it."""
    every = list(records)
    rows: list[Record] = []
    pictures = []
    for shown in _SHOWN:
        name, case = shown['set'], shown['case']
        found = {
            one['method']: one
            for one in select(name, every).records
            if (one['case'], one['seed']) == (case, 0)
        }
        rows += _rows(name, found)
        file = picture_name(name, case, _OURS[-1])
        if 'credit' in shown and (output.parent / 'images' / file).exists():
            caption = f'{case}, preset "balanced". Image: {shown["credit"]}.'
            pictures.append(f'![{case}: before and after](images/{file})')
            pictures.append(f'*{caption}*')
    states = len({row['source'] for row in rows})
    return page.fill(
        Path(__file__).with_suffix('.md'),
        output,
        rows=rows,
        pictures='\n\n'.join(pictures),
        machines=machines(rows),
        states=f'The rows stem from {states} states of the sources of the '
        'engine. `python -m benchmarks run --stale` measures again what an '
        'earlier state made.'
        if states > 1
        else '',
    )


def _rows(name: str, found: dict[str, Record]) -> Iterable[Record]:
    """Ours beside the noisy image and the best classical peer."""
    task = SETS[name].task
    peers = [
        (value(found[peer.name], 'psnr'), peer.label)
        for peer in methods_for(task)
        if peer.name in found and peer.name not in _UNTOUCHED
    ]
    about: dict[str, Any] = {'task': task.replace('_', '-'), 'peer': ''}
    if peers:
        about['peer'] = '{:.2f} ({})'.format(*max(peers))
    if 'noisy' in found:
        about['noisy'] = value(found['noisy'], 'psnr')
    for method in filter(found.__contains__, _OURS):
        one = found[method]
        about['preset'] = method.removeprefix('dip-')
        machine = one['machine']
        about['threads'] = machine['threads'] or machine['cores']
        yield one | one['figures'] | about


if __name__ == '__main__':
    main()

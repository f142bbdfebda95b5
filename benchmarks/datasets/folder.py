"""The folder of test images: where it is, its cases, its manifests."""

import csv
import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from itertools import product
from pathlib import Path

from benchmarks import scores
from benchmarks.cases import SETS, Case, Problem, crop

ENVIRONMENT = 'NAPARI_DIP_DATA'
_DEFAULT = Path(__file__).resolve().parents[3] / 'shared' / 'data'


def data_folder(given: Path | None = None) -> Path:
    """Folder of the test images, or an error that says how to choose one."""
    folder = given or Path(os.environ.get(ENVIRONMENT) or _DEFAULT)
    if not folder.is_dir():
        raise ValueError(
            f'No folder of test images at {str(folder)!r}: choose it with '
            f'--data or the environment variable {ENVIRONMENT}.'
        )
    return folder


def find_cases(
    data: Path,
    sets: Iterable[str] | None = None,
    only: Iterable[str] | None = None,
    quick: bool = False,
) -> list[Case]:
    """Cases of some sets or all, with one of the parts `only` in the name."""
    named, parts = list(sets or ()), list(only or [''])
    found = {name: _all(data, name) for name in named or SETS}
    for name in named:
        if not found[name]:
            raise ValueError(f'The set {name!r} has no images in {data}.')
    return [
        one
        for cases in found.values()
        for one in cases
        if one.quick == quick and any(part in one.name for part in parts)
    ]


def find_case(data: Path, collection: str, name: str) -> Case:
    """One case, whether quick or full."""
    for case in _all(data, collection):
        if case.name == name:
            return case
    raise ValueError(f'The set {collection!r} has no case {name!r}.')


def _all(data: Path, name: str) -> list[Case]:
    if name not in SETS:
        known = ', '.join(SETS)
        raise ValueError(f'There is no set {name!r}; there are {known}.')
    about, found = SETS[name], []
    module, function = about.load.split(':')
    load = getattr(import_module(f'benchmarks.datasets.{module}'), function)
    files = _files(data, about.files) if about.files else {'': None}
    for (first, path), (last, given) in product(
        files.items(), (about.variants or {'': None}).items()
    ):
        what = [one for one in (path, given) if one is not None]
        case = Case(
            first + last,
            name,
            partial(load, *what, **about.options),
            getattr(scores, _by_word(about.score, first)),
            _by_word(about.groups, first + last),
            _licences(path.parent).get(path.name, '') if path else 'generated',
        )
        found.append(case)
        if side := about.crops.get(case.name):
            centre, small = partial(_centre, case, side), f'{case.name}-crop'
            found.append(replace(case, name=small, load=centre, quick=True))
    return found


def _centre(case: Case, side: int) -> Problem:
    return crop(case.load(), side)


def _files(data: Path, named: dict[str, str]) -> dict[str, Path]:
    """Files by name; what a star stands for in a file is put in its name."""
    found = {}
    for name, pattern in named.items():
        before, _, after = pattern.partition('*')
        for path in sorted(data.glob(pattern)):
            file = path.relative_to(data).as_posix()
            star = file.removeprefix(before).removesuffix(after)
            found[name.replace('*', star)] = path
    return found


def _by_word(table: dict[str, str], name: str) -> str:
    return next((one for word, one in table.items() if word in name), '')


@cache
def _licences(folder: Path) -> dict[str, str]:
    """Licences of the files of a folder, from its manifest."""
    manifest = folder / 'MANIFEST.tsv'
    text = manifest.read_text('utf-8') if manifest.exists() else ''
    rows = csv.DictReader(text.splitlines(), delimiter='\t')
    return {row['file']: row['licence'] for row in rows}

"""The folder of test images: where it is, its cases, its manifests."""

import csv
import os
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from skimage.io import imread

from benchmarks.cases import Case, Image
from benchmarks.datasets.sets import SETS

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
    chosen: list[Case] = []
    for name in named or SETS:
        found = _all(data, name)
        if named and not found:
            raise ValueError(f'The set {name!r} has no images in {data}.')
        for one in found:
            if one.quick == quick and any(part in one.name for part in parts):
                chosen.append(one)
    return chosen


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
    module, function = SETS[name].cases.split(':')
    find = getattr(import_module(f'benchmarks.datasets.{module}'), function)
    return list(find(data, **SETS[name].options))


def read(path: Path) -> Image:
    """Image of a file in the dtype of the file."""
    return imread(path)


def licence(path: Path) -> str:
    """Licence of a file, from the manifest beside it."""
    return _licences(path.parent)[path.name]


@cache
def _licences(folder: Path) -> dict[str, str]:
    with (folder / 'MANIFEST.tsv').open(encoding='utf-8') as lines:
        rows = csv.DictReader(lines, delimiter='\t')
        return {row['file']: row['licence'] for row in rows}

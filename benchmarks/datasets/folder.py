"""The folder of test images: where it is, what its manifests say."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path

from skimage.io import imread

from benchmarks.cases import Image

ENVIRONMENT = 'NAPARI_DIP_DATA'
_ROOT = Path(__file__).resolve().parents[2]
_DEFAULT = _ROOT.parent / 'shared' / 'data'


class DataNotFoundError(FileNotFoundError):
    """The folder of test images is not where it was looked for."""


def data_folder(given: Path | None = None) -> Path:
    """Folder of the test images.

    Parameters
    ----------
    given : Path, optional
        Otherwise the environment variable NAPARI_DIP_DATA, otherwise
        ``../shared/data`` beside the repository.

    Raises
    ------
    DataNotFoundError
        Names the folder and the two ways to choose another.
    """
    folder = given or Path(os.environ.get(ENVIRONMENT) or _DEFAULT)
    if not folder.is_dir():
        raise DataNotFoundError(
            f'No folder of test images at {str(folder)!r}: choose it with '
            f'--data or the environment variable {ENVIRONMENT}.'
        )
    return folder


def read(path: Path) -> Image:
    """Image of a file in the dtype of the file."""
    return imread(path)


@cache
def licences(folder: Path) -> dict[str, str]:
    """Licence of each file of one folder, by file name."""
    with (folder / 'MANIFEST.tsv').open(encoding='utf-8') as lines:
        rows = csv.DictReader(lines, delimiter='\t')
        return {row['file']: row['licence'] for row in rows}


def publishable(licence: str) -> bool:
    """Whether pictures of a file may be shown in the documentation."""
    open_terms = (
        'Apache-2.0',
        'BSD',
        'CC-BY',
        'CC0',
        'MIT',
        'generated',
        'no known copyright restrictions',
    )
    doubts = ('contacted', 'authors of images not stated')
    return licence.startswith(open_terms) and not any(
        doubt in licence for doubt in doubts
    )

"""Importing the package is quick and light, for every start of napari."""

from __future__ import annotations

import subprocess
import sys

import napari_dip
from napari_dip.tasks import base

HEAVY = {'torch', 'napari', 'qtpy', 'scipy', 'skimage', 'numpy'}


def in_new_interpreter(code: str) -> str:
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_import_loads_nothing_heavy() -> None:
    loaded = in_new_interpreter(
        'import sys, napari_dip; '
        'print(*sorted({m.partition(".")[0] for m in sys.modules}))'
    )
    assert not HEAVY & set(loaded.split())


def test_public_names_are_listed() -> None:
    tasks = {task.name for task in base.tasks()}
    assert tasks <= set(napari_dip.__all__)
    beside = {
        'DeepImagePrior',
        'Detector',
        'NoiseModel',
        '__version__',
        'find_missing',
        'measure_noise',
    }
    assert set(napari_dip.__all__) - tasks == beside
    assert set(napari_dip.__all__) <= set(dir(napari_dip))


def test_public_names_resolve() -> None:
    for name in napari_dip.__all__:
        assert getattr(napari_dip, name) is not None

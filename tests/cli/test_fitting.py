from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_dip.restoration.session import Session

if TYPE_CHECKING:
    from conftest import Run

Monkey = pytest.MonkeyPatch


def give(monkeypatch: Monkey, image: np.ndarray) -> None:
    monkeypatch.setattr(Session, 'result', lambda self: image)


def test_result_without_numbers_is_no_success(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    give(monkeypatch, np.full((32, 32), np.nan, np.float32))
    done = run.quick('denoise', image, tmp_path / 'a.npy', '-q')
    assert done.exit_code == 2
    assert done.stderr.startswith(f'Error: INPUT ({image}): no pixel of the')
    assert [path.name for path in tmp_path.iterdir()] == ['image.npy']


def test_pixels_that_are_no_numbers_are_counted(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    restored = np.ones((32, 32), np.float32)
    restored[3, 4] = np.inf
    restored[3, 5] = np.nan
    give(monkeypatch, restored)
    done = run.quick('denoise', image, tmp_path / 'a.npy')
    assert done.exit_code == 0
    assert '2 pixels of the result are no finite numbers.' in done.stderr


def test_what_the_user_should_know_is_said(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    record = Session.record
    note = 'The result is worse; choose preset="best".'
    monkeypatch.setattr(
        Session, 'record', lambda self: replace(record(self), notes=[note])
    )
    report = tmp_path / 'a.json'
    done = run.quick('denoise', image, tmp_path / 'a.npy', '--report', report)
    assert 'The result is worse; choose --preset best.' in done.stderr
    assert json.loads(report.read_text())['notes'] == [note]


def test_library_that_cannot_be_loaded(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setitem(sys.modules, 'napari_dip.restoration.denoising', None)
    said = run.refused('denoise', image, tmp_path / 'a.npy')
    assert said.startswith('a library that is needed cannot be loaded (')

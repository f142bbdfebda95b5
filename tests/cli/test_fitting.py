from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from napari_dip.session.session import Session

if TYPE_CHECKING:
    from conftest import Run

Monkey = pytest.MonkeyPatch


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
    monkeypatch.setitem(sys.modules, 'napari_dip.session.prepare', None)
    said = run.refused('denoise', image, tmp_path / 'a.npy')
    assert said.startswith('a library that is needed cannot be loaded (')

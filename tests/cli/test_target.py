from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from napari_dip.session.session import Session

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
    assert '2 values of the result are not finite numbers.' in done.stdout


def test_clipped_values_are_counted(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    restored = np.ones((32, 32), np.float32)
    restored[0, :3] = (-1, 70000, 65535.4)
    give(monkeypatch, restored)
    output, report = tmp_path / 'a.tif', tmp_path / 'a.json'
    call = ('denoise', image, output, '--dtype', 'same', '--report', report)
    done = run.quick(*call)
    assert done.exit_code == 0, done.output
    told = f'{output}: 2 values were clipped to the limits of uint16.'
    assert told in done.stdout
    assert json.loads(report.read_text())['notes'] == [told]

from __future__ import annotations

import errno
import json
import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from napari_dip.cli import output
from napari_dip.io.files.atomic import Transaction
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


Monkey = pytest.MonkeyPatch


def full_disk(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, 'No space left on device')


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: Monkey) -> Path:
    folder = tmp_path / 'elsewhere'
    folder.mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(folder))
    return folder


@pytest.fixture
def old(tmp_path: Path) -> dict[str, bytes]:
    """Files of an earlier run."""
    names = ('a.npy', 'a_uncertainty.npy', 'a.json')
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    return {name: name.encode() for name in names}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.name != 'image.npy'
    }


def call(tmp_path: Path, image: Path) -> tuple[object, ...]:
    return (
        *('denoise', image, tmp_path / 'a.npy', '--uncertainty'),
        *('--report', tmp_path / 'a.json', '--overwrite'),
    )


def test_interrupt_between_two_files_replaces_neither(
    run: Run,
    tmp_path: Path,
    image: Path,
    old: dict[str, bytes],
    monkeypatch: Monkey,
) -> None:
    stage = Transaction.stage

    def interrupted(self: Transaction, path: Path, write: Any) -> None:
        stage(self, path, write)
        # Ctrl-C twice; the first alone lets the files be written.
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Transaction, 'stage', interrupted)
    done = run.quick(*call(tmp_path, image))
    assert done.exit_code == 130
    assert done.stderr.endswith('Aborted.\n')
    assert contents(tmp_path) == old


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_interrupt_while_files_appear_is_too_late(
    run: Run,
    tmp_path: Path,
    image: Path,
    old: dict[str, bytes],
    monkeypatch: Monkey,
    number: int,
) -> None:
    commit = Transaction.commit

    def interrupted(self: Transaction) -> None:
        signal.raise_signal(number)
        commit(self)
        signal.raise_signal(number)

    monkeypatch.setattr(Transaction, 'commit', interrupted)
    done = run.quick(*call(tmp_path, image))
    assert done.exit_code == 0, done.output
    assert 'Aborted' not in done.stderr
    new = contents(tmp_path)
    assert new.keys() == old.keys()
    assert not set(new.values()) & set(old.values())


def test_termination_keeps_the_best_so_far(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    original = Session.__next__

    def step(self: Session) -> Any:
        progress = original(self)
        if progress.iteration == 2:
            signal.raise_signal(signal.SIGTERM)
        return progress

    monkeypatch.setattr(Session, '__next__', step)
    output = tmp_path / 'a.npy'
    done = run('denoise', image, output, '--preset', 'fast')
    assert done.exit_code == 128 + signal.SIGTERM
    assert np.load(output).shape == (32, 32)
    assert not list(tmp_path.glob('.napari-dip*'))


def test_both_results_are_saved_elsewhere(
    run: Run,
    tmp_path: Path,
    image: Path,
    elsewhere: Path,
    old: dict[str, bytes],
    monkeypatch: Monkey,
) -> None:
    write_into = output.write_into

    def fail_second(file: Any, data: Any, format_: Any) -> None:
        if files:
            full_disk()
        files.append(file)
        write_into(file, data, format_)

    files: list[Any] = []
    monkeypatch.setattr('napari_dip.cli.output.write_into', fail_second)
    done = run.quick(*call(tmp_path, image), '-q')
    assert done.exit_code == 2
    assert done.stderr.startswith('Error: --uncertainty (')
    assert 'the disk is full' in done.stderr
    for name in ('a.npy', 'a_uncertainty.npy'):
        [saved] = elsewhere.rglob(name)
        assert str(saved) in done.stderr
        assert np.load(saved).shape == (32, 32)
    assert contents(tmp_path) == old


def test_fault_of_the_program_loses_no_result(
    run: Run, tmp_path: Path, image: Path, elsewhere: Path, monkeypatch: Monkey
) -> None:
    def fail(*arguments: object) -> None:
        raise AttributeError('nothing of that name')

    monkeypatch.setattr('napari_dip.cli.output.write_into', fail)
    done = run.quick('denoise', image, tmp_path / 'a.tif', '-q')
    assert done.exit_code == 2
    assert 'nothing of that name; the result was saved as' in done.stderr
    assert len(list(elsewhere.rglob('a.npy'))) == 1


def test_every_disk_is_full(
    run: Run, tmp_path: Path, image: Path, elsewhere: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setattr('napari_dip.cli.output.write_into', full_disk)
    monkeypatch.setattr(Path, 'home', lambda: elsewhere)

    def write_half(path: Path, array: np.ndarray) -> None:
        Path(path).write_bytes(b'half')
        full_disk()

    monkeypatch.setattr(np, 'save', write_half)
    done = run.quick('denoise', image, tmp_path / 'a.tif', '-q')
    assert done.exit_code == 2
    assert 'could not be saved elsewhere either and is lost' in done.stderr
    assert list(elsewhere.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {
        'image.npy',
        'elsewhere',
    }


def test_report_that_fails_holds_nothing_back(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.setattr('napari_dip.cli.output.encode_report', full_disk)
    done = run.quick(*call(tmp_path, image), '-q')
    assert done.exit_code == 2
    assert done.stderr.startswith('Error: --report (')
    assert set(contents(tmp_path)) == {'a.npy', 'a_uncertainty.npy'}


def test_names_that_are_no_text(run: Run, tmp_path: Path, image: Path) -> None:
    name = Path(os.fsdecode(bytes(tmp_path) + b'/a\xff.tif'))
    try:
        name.touch()
    except OSError:
        pytest.skip('this file system has only names that are text')
    name.unlink()
    report = tmp_path / 'a.json'
    done = run.quick('denoise', image, name, '--report', report)
    assert done.exit_code == 0, done.output
    assert name.exists()
    assert json.loads(report.read_text())['files']['output'] == str(name)

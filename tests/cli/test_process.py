from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import napari_dip
from napari_dip.cli.process import Interrupt, lost, tolerant_streams

if TYPE_CHECKING:
    from conftest import Run


SIGNALS = [
    getattr(signal, name)
    for name in ('SIGINT', 'SIGTERM', 'SIGHUP')
    if hasattr(signal, name)
]


@pytest.mark.parametrize('number', SIGNALS)
def test_first_asks_and_second_aborts(number: int) -> None:
    with Interrupt() as interrupt:
        interrupt.ask_first()
        assert not interrupt.requested
        signal.raise_signal(number)
        first = interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert first
    assert interrupt.status == 128 + number


@pytest.mark.parametrize('number', SIGNALS)
def test_first_aborts_where_there_is_nothing_to_keep(number: int) -> None:
    with Interrupt() as interrupt, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert interrupt.status == 128 + number


@pytest.mark.parametrize('number', SIGNALS)
def test_none_aborts_where_files_appear(number: int) -> None:
    with Interrupt() as interrupt:
        interrupt.ignore()
        signal.raise_signal(number)
        signal.raise_signal(number)
    assert not interrupt.requested


@pytest.mark.parametrize('number', SIGNALS)
def test_handler_is_put_back(number: int) -> None:
    before = signal.getsignal(number)
    with Interrupt():
        assert signal.getsignal(number) is not before
    assert signal.getsignal(number) is before


@pytest.mark.skipif(not hasattr(signal, 'SIGHUP'), reason='of Unix')
def test_nohup_is_respected() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_context_knows_nothing_of_the_first() -> None:
    interrupt = Interrupt()
    with interrupt, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert interrupt.aborted
    with interrupt:
        assert not interrupt.aborted
        assert not interrupt.requested


COMMAND = Path(sysconfig.get_path('scripts')) / 'napari-dip'
SOURCES = Path(napari_dip.__file__).parents[1]
Monkey = pytest.MonkeyPatch

needs_full = pytest.mark.skipif(
    not Path('/dev/full').exists(), reason='of Linux'
)


class Broken(io.BytesIO):
    """A file that takes nothing."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code

    def write(self, data: object) -> int:
        raise OSError(self.code, os.strerror(self.code))


def test_error_is_remembered(monkeypatch: Monkey) -> None:
    broken = io.TextIOWrapper(Broken(errno.ENOSPC))
    monkeypatch.setattr('sys.stdout', broken)
    with tolerant_streams() as output:
        print('lost')  # noqa: T201
        print('lost too')  # noqa: T201
        error = lost(output)
    assert error is not None
    assert error.errno == errno.ENOSPC


def test_reader_that_has_enough(monkeypatch: Monkey) -> None:
    broken = io.TextIOWrapper(Broken(errno.EPIPE))
    monkeypatch.setattr('sys.stdout', broken)
    with tolerant_streams() as output:
        print('lost')  # noqa: T201
        assert lost(output) is None


@pytest.mark.parametrize('encoding', ['ascii', 'utf-8'])
def test_letters_that_a_terminal_does_not_know(
    monkeypatch: Monkey, encoding: str
) -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding=encoding)
    monkeypatch.setattr('sys.stdout', stream)
    with tolerant_streams():
        print('3 × 4, ', os.fsdecode(b'\xff'))  # noqa: T201
    assert b'\\udcff' in buffer.getvalue()


def test_streams_are_put_back(
    capsys: pytest.CaptureFixture[str], monkeypatch: Monkey
) -> None:
    import sys

    before = sys.stdout, sys.stderr
    with tolerant_streams():
        print('heard')  # noqa: T201
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr().out == 'heard\n'
    monkeypatch.setattr('sys.stdout', None)
    with tolerant_streams() as output:
        assert output is None


def test_result_is_there_all_the_same(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    stream = io.TextIOWrapper(Broken(errno.ENOSPC))
    monkeypatch.setattr('sys.stderr', stream)
    monkeypatch.setattr('sys.stdout', stream)
    done = run.quick('denoise', image, tmp_path / 'a.npy')
    assert done.exit_code == 1
    assert (tmp_path / 'a.npy').exists()


@needs_full
def test_full_standard_output() -> None:
    with Path('/dev/full').open('wb') as full:
        done = subprocess.run(
            [COMMAND, '--version'],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        'Error: standard output: it could not be written: the disk is full.\n'
    )


@pytest.mark.skipif(os.name == 'nt', reason='of Unix shells')
def test_closed_streams(tmp_path: Path, image: Path) -> None:
    # Files must not take the numbers of the streams: what a library writes
    # to standard error would land in them.
    call = f'exec {COMMAND} --version >&- 2>&- <&-'
    assert subprocess.run(call, shell=True, check=False).returncode == 0


@pytest.mark.skipif(os.name == 'nt', reason='of Unix')
def test_current_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / 'gone'
    folder.mkdir()
    done = subprocess.run(
        f'rmdir {folder}; exec {COMMAND} info',
        shell=True,
        cwd=folder,
        # Python itself cannot do with a relative one.
        env={**os.environ, 'PYTHONPATH': str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith('Error: the current folder is gone')
    assert done.stderr.count('\n') == 1

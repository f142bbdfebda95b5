from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import napari_dip
from napari_dip.cli.app import describe
from napari_dip.tasks.base import tasks

if TYPE_CHECKING:
    from conftest import Run


COMMAND = Path(sysconfig.get_path('scripts')) / 'napari-dip'


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding='utf-8',
        env={**os.environ, 'PYTHONIOENCODING': 'utf-8'},
        check=False,
    )


def test_command_restores(tmp_path: Path, image: Path) -> None:
    done = call(
        *('denoise', image, tmp_path / 'a.tif', '--preset', 'fast'),
        *('--max-num-iter', '3', '--report', tmp_path / 'a.json'),
    )
    assert done.returncode == 0, done.stderr
    assert 'a.tif: 32 × 32 pixels after 3 iterations' in done.stdout
    assert 'Denoise: 1/3 iterations' in done.stderr
    assert json.loads((tmp_path / 'a.json').read_text('utf-8'))['seed'] == 0


def test_command_refuses_in_one_line(tmp_path: Path) -> None:
    done = call('denoise', tmp_path / 'no.tif', tmp_path / 'a.tif')
    assert done.returncode == 2
    assert done.stdout == ''
    assert done.stderr.startswith('Error: INPUT (')
    assert done.stderr.count('\n') == 1


def test_help_loads_nothing_heavy() -> None:
    code = (
        'import sys, contextlib\n'
        'from napari_dip.cli import main\n'
        'sys.argv = ["napari-dip", "denoise", "--help"]\n'
        'with contextlib.suppress(SystemExit):\n'
        '    main()\n'
        'print(sorted({"torch", "numpy", "scipy"} & set(sys.modules)))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'Usage: napari-dip denoise' in done.stdout
    assert done.stdout.splitlines()[-1] == '[]'


def test_version(run: Run) -> None:
    result = run('--version')
    assert result.exit_code == 0
    assert result.stdout == f'napari-dip {napari_dip.__version__}\n'


@pytest.mark.parametrize(
    'command', [*(t.name.replace('_', '-') for t in tasks()), 'info']
)
def test_help_lists_the_commands(run: Run, command: str) -> None:
    assert f'  {command} ' in run('--help').stdout


def test_info(run: Run) -> None:
    lines = run('info').stdout.splitlines()
    assert f'napari-dip {napari_dip.__version__}' in lines
    assert any(line.startswith('device cpu: CPU') for line in lines)


def test_inpaint(
    run: Run, tmp_path: Path, image: Path, mask: Path, noisy: np.ndarray
) -> None:
    output = tmp_path / 'a.npy'
    result = run.quick('inpaint', image, mask, output)
    assert result.exit_code == 0, result.output
    missing = np.load(mask)
    restored = np.load(output)
    np.testing.assert_array_equal(restored[~missing], noisy[~missing])
    assert (restored[missing] != noisy[missing]).all()


@pytest.mark.parametrize(
    ('factor', 'shape'),
    [('2', (64, 64)), ('2,3', (64, 96)), (' 1, 2', (32, 64))],
)
def test_super_resolve(
    run: Run,
    tmp_path: Path,
    image: Path,
    factor: str,
    shape: tuple[int, int],
) -> None:
    output = tmp_path / 'a.npy'
    result = run.quick('super-resolve', image, output, '--factor', factor)
    assert result.exit_code == 0, result.output
    assert np.load(output).shape == shape


@pytest.mark.parametrize(
    'factor', ['0', '-2', '1', '9', '2,9', '1.5', '2,3,4', 'x', '2,', '']
)
def test_bad_factor(
    run: Run, tmp_path: Path, image: Path, factor: str
) -> None:
    output = tmp_path / 'a.npy'
    sentence = run.refused('super-resolve', image, output, '--factor', factor)
    assert sentence.startswith('--factor: ')
    assert 'give' in sentence


@pytest.mark.parametrize(
    'arguments',
    [
        ('denoise', 'a.tif'),
        ('super-resolve', 'a.tif', 'b.tif'),
        ('denoise', 'a.tif', 'b.tif', '--seed', 'x'),
        ('polish',),
    ],
)
def test_misuse(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert 'Traceback' not in result.output
    assert 'Error: ' in result.stderr


def test_versions() -> None:
    lines = list(describe())
    assert f'numpy {np.__version__}' in lines
    assert any(line.startswith('Python 3.') for line in lines)


def test_broken_pytorch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'torch', None)
    assert any('PyTorch cannot be loaded' in line for line in describe())


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('napari_dip.cli.app._PACKAGES', ('no-such-package',))
    assert 'no-such-package not installed' in list(describe())

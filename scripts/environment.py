"""A virtual environment in the checkout, from nothing but Python and pip."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = CHECKOUT / '.venv'
CONSTRAINTS = CHECKOUT / 'constraints.txt'
OLDEST_PYTHON = (3, 11)
CPU_TORCH_HOST = 'download.pytorch.org'


def make() -> None:
    """Make the environment, unless there is one that works."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = '.'.join(map(str, OLDEST_PYTHON))
        sys.exit(
            f'napari-dip needs Python {wanted} or newer and this is '
            f'{sys.version.split()[0]}: run the script with a newer one, '
            f'such as python{wanted}.'
        )
    if not works():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        create()
    prefer_cpu_torch()
    pip_install('--upgrade', 'pip')


def prefer_cpu_torch() -> None:
    """Point pip at PyTorch without CUDA where CUDA could not be used.

    On Linux the default PyTorch brings gigabytes of CUDA libraries. Somebody
    who has set the index themselves is left alone.
    """
    needless = sys.platform == 'linux' and shutil.which('nvidia-smi') is None
    if needless and 'PIP_EXTRA_INDEX_URL' not in os.environ and reachable():
        index = f'https://{CPU_TORCH_HOST}/whl/cpu'
        os.environ['PIP_EXTRA_INDEX_URL'] = index


def reachable() -> bool:
    """Whether the index of PyTorch without CUDA answers."""
    try:
        socket.create_connection((CPU_TORCH_HOST, 443), timeout=5).close()
    except OSError:
        return False
    return True


def works() -> bool:
    """Whether the environment is there, with a pip that starts."""
    if not python().exists():
        return False
    return run_quietly(python(), '-m', 'pip', '--version') == 0


def create() -> None:
    """Create the environment with venv, or with virtualenv without ensurepip.

    Debian cuts ensurepip out of its Python and forbids pip to write beside the
    system's packages, so virtualenv goes to a folder of its own.
    """
    if run_quietly(sys.executable, '-m', 'venv', ENVIRONMENT) == 0:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        target = ['--root-user-action', 'ignore', '--target', folder]
        pip = [sys.executable, '-m', 'pip', 'install', '--quiet']
        subprocess.run([*pip, *target, 'virtualenv'], check=True)
        subprocess.run(
            [sys.executable, '-m', 'virtualenv', '--quiet', ENVIRONMENT],
            env={**os.environ, 'PYTHONPATH': folder},
            check=True,
        )


def python() -> Path:
    """Path of the environment's interpreter."""
    return program('python')


def program(name: str) -> Path:
    """Path of a program in the environment."""
    windows = os.name == 'nt'
    folder = ENVIRONMENT / ('Scripts' if windows else 'bin')
    return folder / (f'{name}.exe' if windows else name)


def pip_install(*arguments: str) -> None:
    """Install into the environment, within the tested versions."""
    # A person wants to see a download of minutes move; a log does not.
    quiet = [] if sys.stdout.isatty() else ['--quiet']
    pip: list[str | Path] = [python(), '-m', 'pip', 'install', *quiet]
    run(*pip, '--constraint', CONSTRAINTS, *arguments)


def run(*command: str | Path) -> None:
    """Run a command in the checkout; end with its status if it fails."""
    status = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
    if status:
        sys.exit(status)


def run_quietly(*command: str | Path) -> int:
    """Run a command without its output and return its exit status."""
    return subprocess.run(command, capture_output=True, check=False).returncode

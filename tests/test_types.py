"""All types of the package, where mypy is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_types():
    pytest.importorskip('mypy')
    checked = subprocess.run(
        [sys.executable, '-m', 'mypy'],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr

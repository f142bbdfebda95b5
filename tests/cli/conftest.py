from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from napari_dip.cli.app import app

#: Enough for a result, too little for a good one.
QUICK = ('--preset', 'fast', '--max-num-iter', '3', '--device', 'cpu')


class Run:
    """Calls the command line within this process."""

    def __call__(self, *arguments: object) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments])

    def quick(self, *arguments: object) -> Result:
        return self(*arguments, *QUICK)

    def refused(self, *arguments: object) -> str:
        """Check that the call is refused in one sentence and return it."""
        result = self(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ''
        assert result.stderr.startswith('Error: ')
        assert result.stderr.count('\n') == 1
        return result.stderr.removeprefix('Error: ')


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
def noisy() -> np.ndarray:
    return np.random.default_rng(0).poisson(500, (32, 32)).astype('uint16')


@pytest.fixture
def image(tmp_path: Path, noisy: np.ndarray) -> Path:
    path = tmp_path / 'image.npy'
    np.save(path, noisy)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    missing = np.zeros((32, 32), bool)
    missing[8:12, 4:20] = True
    path = tmp_path / 'mask.npy'
    np.save(path, missing)
    return path

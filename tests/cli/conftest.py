from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from napari_dip.cli import main

#: Enough for a result, too little for a good one.
QUICK = ('--preset', 'fast', '--max-num-iter', '3', '--device', 'cpu')


@dataclass(frozen=True)
class Result:
    """What a call leaves behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Run:
    """Calls the command line within this process."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: object) -> Result:
        argv = ['napari-dip', *map(str, arguments)]
        self._monkeypatch.setattr('sys.argv', argv)
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        return Result(exit_.value.code or 0, *self._capsys.readouterr())

    def quick(self, *arguments: object) -> Result:
        return self(*arguments, *QUICK)

    def refused(self, *arguments: object) -> str:
        """Check that the call is refused in one sentence and return it."""
        result = self(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ''
        *before, last, end = result.stderr.split('\n')
        assert end == ''
        assert all(': preparing, ' in line for line in before)
        assert last.startswith('Error: ')
        return last.removeprefix('Error: ') + '\n'


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tiny: None,
) -> Run:
    return Run(capsys, monkeypatch)


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

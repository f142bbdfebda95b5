from __future__ import annotations

import sys

import numpy as np
import pytest

from napari_dip.cli.info import describe


def test_versions() -> None:
    lines = list(describe())
    assert f'numpy {np.__version__}' in lines
    assert any(line.startswith('Python 3.') for line in lines)


def test_broken_pytorch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'torch', None)
    assert any('PyTorch cannot be loaded' in line for line in describe())


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('napari_dip.cli.info._PACKAGES', ('no-such-package',))
    assert 'no-such-package not installed' in list(describe())

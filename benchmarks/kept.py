"""Results kept beside their figures, so that a picture needs no second fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.cases import Case, Image


def path(folder: Path, case: Case, method: str, seed: int) -> Path:
    """Where a result is kept."""
    return folder / case.collection / f'{case.name}-{method}-{seed}.npy'


def save(estimate: Image, target: Path) -> None:
    """Keep a result; an earlier one of the same name is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    np.save(target, estimate)

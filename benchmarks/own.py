"""napari-dip itself as a method of the benchmark."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import napari_dip
from benchmarks.cases import Image, Problem, Task, task_arguments

PRESETS = ('fast', 'balanced', 'best', 'ulyanov2018')
_FLOORS = ('prior', 'restoration')


def restore(
    task: Task, problem: Problem, *, preset: str, seed: int, device: str
) -> tuple[Image, dict[str, Any]]:
    """Result of one preset and its record as plain data.

    The preset decides everything: neither the noise level nor the truth is
    handed over.
    """
    function = getattr(napari_dip, task)
    result, record = function(
        problem.image,
        **task_arguments(problem),
        preset=preset,
        seed=seed,
        device=device,
        return_info=True,
    )
    return result, record.to_dict(histories=False)


def version() -> str:
    """Version of napari-dip, as a record of results needs it."""
    return napari_dip.__version__


@cache
def source_digest() -> str:
    """Short digest of the engine's sources.

    Two records of one version with different digests were made by different
    code.
    """
    root = Path(napari_dip.__file__).parent
    digest = hashlib.sha256()
    for floor in _FLOORS:
        for path in sorted((root / floor).rglob('*.py')):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

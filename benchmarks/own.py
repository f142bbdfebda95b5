"""napari-dip itself as a method of the benchmark."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import napari_dip
from benchmarks.cases import Image, Problem, Task, task_arguments
from benchmarks.trajectory import Watch

# The engine loads torch, which the peers can do without: each figure has a
# process of its own.
if TYPE_CHECKING:
    from napari_dip.presets.options import Options
    from napari_dip.presets.settings import Settings
    from napari_dip.session.session import Session

Adjust = Callable[['Settings'], 'Settings']

PRESETS = ('fast', 'balanced', 'best', 'ulyanov2018')
# Whatever a result does not depend on.
_BESIDE = ('cli', 'io', 'samples', 'viewer')

_START = {
    'denoise': ('denoise', 'start_denoising'),
    'inpaint': ('inpaint', 'start_inpainting'),
    'super_resolve': ('super_resolve', 'start_super_resolution'),
}

# Window, patience and cap of the published rule.
_WMV_WINDOW = 100
_WMV_PATIENCE = 1000
_WMV_CAP = 5000


def restore(
    task: Task,
    problem: Problem,
    watch: Watch,
    *,
    preset: str,
    seed: int,
    device: str,
    adjust: Adjust | None = None,
) -> tuple[Image, dict[str, Any]]:
    """Result of one preset and its record as plain data.

    The preset decides everything: neither the noise level nor the truth is
    handed over.

    Parameters
    ----------
    task : {'denoise', 'inpaint', 'super_resolve'}
        What is done.
    problem : Problem
        What it is done to.
    watch : Watch
        Looks at the running estimate; the fit does not know.
    preset, seed, device
        As in napari_dip.
    adjust : callable, optional
        Changes the settings that the preset stands for.
    """
    from napari_dip.presets.options import Options

    options = Options(preset, seed, device, adjust=adjust)
    session = start(task, problem, options)
    estimate = partial(_estimate, task, session)
    try:
        for progress in session:
            watch.follow(progress, estimate)
        result = session.result()
        return result, session.record().to_dict(histories=False)
    finally:
        session.close()


def _estimate(task: Task, session: Session) -> Image:
    # What an enlarged image is the mean of is no chance: eight ways to lay it
    # down, of which a quick estimate shows one. And before a second fit is
    # shown, the whole result of the first is.
    if task == 'super_resolve' or len(session.record().fits) > 1:
        return session.result()
    return session.preview()


def start(task: Task, problem: Problem, options: Options) -> Session:
    """Session of a problem, to be run step by step."""
    module, function = _START[task]
    begin = getattr(import_module(f'napari_dip.tasks.{module}'), function)
    return begin(problem.image, **task_arguments(problem), options=options)


def with_windowed_variance(settings: Settings) -> Settings:
    """The same settings stopped by ES-WMV with its published parameters.

    H. Wang et al., "Early Stopping for Deep Image Prior", TMLR 2023.
    """
    from napari_dip.presets.settings import StoppingSettings

    longest = max(settings.fit.num_iter, _WMV_CAP)
    fit = replace(settings.fit, num_iter=longest, patience=_WMV_PATIENCE)
    stopping = StoppingSettings('variance', window=_WMV_WINDOW)
    return replace(settings, fit=fit, stopping=stopping)


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
    for path in sorted(root.rglob('*.py')):
        place = path.relative_to(root)
        if place.parts[0] not in _BESIDE:
            digest.update(place.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

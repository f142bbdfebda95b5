"""The engine of napari-dip, which loads torch: it is imported late."""

import hashlib
import time
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import napari_dip
from benchmarks.cases import Image, Problem, Task

VERSION = napari_dip.__version__

# Folders that no figure depends on.
_OUTSIDE = ('viewer', 'cli', 'samples', 'io')


class Watch:
    """Finds the best estimate of a fit, by the truth that the fit never sees.

    `measure` gives the PSNR of the running estimate at so many iterations, in
    `seconds` that are no part of the fit.
    """

    def __init__(self, measure: Any = None, looks: int = 30) -> None:
        self.seconds, self._measure, self._looks = 0.0, measure, looks
        self._seen: list[tuple[int, float]] = []

    def follow(self, progress: Any, estimate: Callable[[], Image]) -> None:
        """Score the estimate if it is time to, or if the fit has ended."""
        ended, iteration = progress.reason is not None, progress.iteration
        every = max(1, round(progress.num_iter / self._looks))
        if self._measure and (ended or iteration % every == 0):
            begin = time.perf_counter()
            if ended:
                iteration = progress.best_iteration or iteration
            self._seen.append((iteration, self._measure(estimate())))
            self.seconds += time.perf_counter() - begin

    def summary(self) -> dict[str, Any]:
        """PSNR of the automatic result and of the oracle, never below it."""
        if not self._seen:
            return {}
        # Of equal ones the first.
        iteration, best = max(self._seen, key=lambda seen: seen[1])
        found = {'automatic': self._seen[-1][1], 'oracle': best}
        return found | {'oracle_iteration': iteration}


def start(task: Task, problem: Problem, preset: str, **options: Any) -> Any:
    """Session of a problem; neither truth nor noise level is handed over."""
    from napari_dip.presets.options import Options
    from napari_dip.tasks.base import find_task

    given = arguments(problem)
    given |= {n: options.pop(n) for n in ('method',) if n in options}
    chosen = Options(preset, **options)
    return find_task(task).start(problem.image, **given, options=chosen)


def arguments(problem: Problem) -> dict[str, Any]:
    """Arguments of the napari_dip function beside the image."""
    names = ('mask', 'factor', 'channel_axis')
    given = {name: getattr(problem, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def restore(
    task: Task, problem: Problem, watch: Watch, **options: Any
) -> tuple[Image, dict[str, Any]]:
    """Result and record; of filled pixels the RMS of their uncertainty too."""
    uncertain = task == 'inpaint'
    session = start(task, problem, **options, uncertainty=uncertain)

    def estimate() -> Image:
        # An upsampled image is a self-ensemble of eight, of which a preview
        # is one. Before a second fit is shown, the result of the first is.
        if task == 'super_resolve' or len(session.record().fits) > 1:
            return session.result()
        return session.preview()

    with closing(session):
        for progress in session:
            watch.follow(progress, estimate)
        result, record = session.result(), session.record()
    info = record.to_dict(histories=False)
    if uncertain:
        told = record.uncertainty[problem.mask]
        info['told'] = float(np.mean(np.square(told, dtype=float)) ** 0.5)
    return result, info


@cache
def source_digest() -> str:
    """Short digest of the engine's sources: it tells states of a version."""
    root = Path(napari_dip.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob('*.py')):
        name = path.relative_to(root)
        if name.parts[0] not in _OUTSIDE:
            digest.update(name.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]

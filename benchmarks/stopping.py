"""Stopping rules side by side: all observe one fit, none ends it.

The fit goes on past its peak. What each rule would have chosen is worked out
by the report from the stored metrics, so that its patience can be varied.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks import engine
from benchmarks.cases import Case, Image, Problem, crop
from benchmarks.machine import describe
from benchmarks.results import STOPPING, Record
from benchmarks.runner import Job
from benchmarks.scores import psnr

SETS = ('fmd', 'nine-colour-25', 'missing-50')
#: The default, which keeps a later estimate that chance alone makes worse.
DEFAULT = 'estimate'
RULES = {
    DEFAULT: 'error of the estimate on held-out pixels, 5 % (default)',
    'held-out': 'error of the outputs on the same pixels',
    'es-wmv': 'ES-WMV, window 100',
    'es-emv': 'ES-EMV, weight 0.1',
}
#: Fits that the rules observe: label, preset, and recipe of the method.
PLANS: dict[str, tuple[str, str, str]] = {
    'light': ('light network', 'balanced', 'auto'),
    'jpeg': ('published JPEG network', 'balanced', 'jpeg'),
    'published': ('published network', 'best', 'auto'),
}

_EVERY = 10


def jobs(
    cases: Iterable[Case], plan: str, size: int, *given: Any
) -> list[Job]:
    """One fit of each centre; iterations, seed and device are given."""
    if plan not in PLANS:
        known = ', '.join(PLANS)
        raise ValueError(f'There is no fit {plan!r}; there are {known}.')
    found = []
    for case in cases:
        if case.task == 'super_resolve':
            raise ValueError(
                f'The set {case.collection!r} is for super-resolution; rules '
                'are compared on denoising and inpainting alone.'
            )
        names = case.collection, f'{case.name}-{size}', f'dip-{plan}'
        arguments = (case, plan, size, *given)
        found.append(Job(STOPPING, names, observe, arguments, seed=given[1]))
    return found


def observe(
    case: Case, plan: str, size: int, num_iter: int, seed: int, device: str
) -> Record:
    """Fit the centre of a case past its peak with all rules looking on."""
    from napari_dip.engine.metrics import (
        ExponentialVariance,
        HeldOutError,
        WindowedVariance,
    )
    from napari_dip.tasks.method import DeepImagePrior

    _, preset, recipe = PLANS[plan]
    problem = crop(case.load(), size)
    others = {
        'held-out': HeldOutError(),
        'es-wmv': WindowedVariance(seed=seed),
        'es-emv': ExponentialVariance(seed=seed),
    }
    session = engine.start(
        case.task,
        problem,
        preset,
        method=DeepImagePrior(recipe=recipe),
        seed=seed,
        device=device,
        adjust=partial(_unended, num_iter=num_iter),
        metrics=tuple(others.values()),
    )
    decibels: list[float] = []
    kept: list[int] = []
    estimates = Kept()
    of_kept: list[float] = []
    metrics: dict[str, list[float | None]] = {name: [] for name in RULES}
    start = time.perf_counter()
    for progress in session:
        # At its end the fit goes back to the best estimate of one rule.
        if progress.iteration % _EVERY or progress.reason is not None:
            continue
        estimate = session.preview()
        decibels.append(round(_psnr(estimate, problem), 3))
        kept.append(progress.best_iteration)
        if progress.best_iteration == progress.iteration:
            estimates.take(estimate, progress.metric)
        of_kept.append(round(_psnr(estimates.mean, problem), 3))
        metrics[DEFAULT].append(_short(progress.metric))
        for name, metric in others.items():
            metrics[name].append(_short(metric.value()))
    seconds = time.perf_counter() - start
    used = session.record().to_dict(histories=False)['device'].split()[0]
    session.close()
    return {
        'side': problem.image.shape[0],
        'every': _EVERY,
        'psnr': decibels,
        'kept': kept,
        'psnr_kept': of_kept,
        'rules': metrics,
        'seconds': seconds,
        'machine': describe(used),
    }


class Kept:
    """What the default would give: the mean of all that are as good."""

    def __init__(self) -> None:
        self.mean: Image = np.zeros(0)
        self._lowest = float('inf')
        self._count = 0

    def take(self, estimate: Image, error: float) -> None:
        """Begin anew at the least error, else average one more in."""
        if error < self._lowest:
            self._lowest, self._count = error, 0
            self.mean = np.zeros(estimate.shape)
        self._count += 1
        self.mean = self.mean + (estimate - self.mean) / self._count


def _psnr(estimate: Image, problem: Problem) -> float:
    """Alone, since the other figures of a case take longer than the fit."""
    truth = problem.truth
    assert truth is not None
    limits = np.iinfo(truth.dtype)
    shown = np.clip(estimate, limits.min, limits.max)
    return psnr(shown, truth, limits.max)


def _short(metric: Any) -> float | None:
    return None if metric is None else float(f'{float(metric):.5g}')


def _unended(settings: Any, num_iter: int) -> Any:
    """The settings of the method, with no end but the last iteration."""
    return replace(
        settings,
        fit=replace(settings.fit, num_iter=num_iter),
        stopping=replace(settings.stopping, patience=num_iter),
    )

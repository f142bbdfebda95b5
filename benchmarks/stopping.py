"""Stopping rules side by side: all observe one fit, none ends it.

The fit goes on past its peak. What each rule would have chosen is worked out
by the report from the stored metrics, so that its patience can be varied.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks import engine
from benchmarks.cases import Case, Image, Problem, crop
from benchmarks.machine import describe
from benchmarks.results import STOPPING, Record
from benchmarks.runner import Job
from benchmarks.scores import luminance_inside, psnr

SETS = ('fmd', 'nine-colour-25', 'missing-50')
#: The default, which keeps a later estimate that chance alone makes worse.
DEFAULT = 'estimate'
RULES = {
    DEFAULT: 'error of the estimate on held-out pixels, 5 % (default)',
    'held-out': 'error of the outputs on the same pixels',
    'es-wmv': 'ES-WMV, window 100',
    'es-emv': 'ES-EMV, weight 0.1',
    'discrepancy': 'discrepancy principle: residual down to the noise',
    'whitest': 'whitest residual',
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
    """One fit of each centre; iterations, seed and device are given.

    What is reduced for super-resolution is not cut: its truth would be, too.
    """
    if plan not in PLANS:
        known = ', '.join(PLANS)
        raise ValueError(f'There is no fit {plan!r}; there are {known}.')
    found = []
    for case in cases:
        whole = case.task == 'super_resolve'
        name = case.name if whole else f'{case.name}-{size}'
        names = case.collection, name, f'dip-{plan}'
        arguments = (case, plan, None if whole else size, *given)
        found.append(Job(STOPPING, names, observe, arguments, seed=given[1]))
    return found


def observe(
    case: Case,
    plan: str,
    size: int | None,
    num_iter: int,
    seed: int,
    device: str,
) -> Record:
    """Fit the centre of a case past its peak with all rules looking on."""
    from napari_dip.engine.metrics import (
        ExponentialVariance,
        HeldOutError,
        WindowedVariance,
    )
    from napari_dip.tasks.method import DeepImagePrior

    _, preset, recipe = PLANS[plan]
    problem = crop(case.load(), size) if size else case.load()
    others = {
        'held-out': HeldOutError(),
        'es-wmv': WindowedVariance(seed=seed),
        'es-emv': ExponentialVariance(seed=seed),
    }
    output = Output()
    session = engine.start(
        case.task,
        problem,
        preset,
        method=DeepImagePrior(recipe=recipe, stopping='held-out'),
        seed=seed,
        device=device,
        adjust=partial(_unended, num_iter=num_iter),
        metrics=(*others.values(), output),
    )
    score = partial(_psnr, problem=problem)
    looks: dict[str, list[Any]] = {'psnr': [], 'kept': [], 'psnr_kept': []}
    # No other network gives an image from 0 to 1.
    published = preset == 'best'
    if published:
        looks['psnr_outputs'] = []
    metrics: dict[str, list[float | None]] = {name: [] for name in RULES}
    estimates, residual = Kept(), residual_of(problem)
    start = time.process_time()
    for progress in session:
        # At its end the fit goes back to the best estimate of one rule.
        if progress.iteration % _EVERY or progress.reason is not None:
            continue
        estimate = session.preview()
        looks['psnr'].append(score(estimate))
        if published:
            looks['psnr_outputs'].append(score(255 * output.image))
        looks['kept'].append(progress.best_iteration)
        if progress.best_iteration == progress.iteration:
            estimates.take(estimate, progress.metric)
        looks['psnr_kept'].append(score(estimates.mean))
        found = {name: metric.value() for name, metric in others.items()}
        found |= {DEFAULT: progress.metric} | residual(estimate)
        for name, value in found.items():
            metrics[name].append(_short(value))
    seconds = time.process_time() - start
    used = session.record().to_dict(histories=False)['device'].split()[0]
    session.close()
    about = {'side': problem.image.shape[0], 'every': _EVERY}
    ends = {'seconds': seconds, 'machine': describe(used)}
    return about | looks | {'rules': metrics} | ends


class Output:
    """Keeps the last output of the network, which the notebooks give."""

    def __init__(self) -> None:
        self.image: Image = np.zeros(0)

    def observe(self, observation: Any) -> None:
        """Take in an iteration."""
        planes = observation.output.detach()[0].float().cpu().numpy()
        self.image = (
            planes[0] if len(planes) == 1 else np.moveaxis(planes, 0, 2)
        )

    def rewind(self) -> None:
        """Forget nothing: the next iteration gives the next output."""


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


def residual_of(
    problem: Problem,
) -> Callable[[Image], dict[str, float | None]]:
    """Two rules that look at what an estimate leaves, by the measured noise.

    The discrepancy principle takes the first estimate whose squared residual
    is no more than the noise, so nothing below 1 is told; the whitest residual
    has the flattest power spectrum (M. Almeida, M. Figueiredo, IEEE Trans.
    Image Process. 22, 2013).
    """
    from napari_dip.noise.model import measure_noise

    if problem.factor:
        return lambda estimate: dict.fromkeys(('discrepancy', 'whitest'))

    def planes_of(image: Image) -> Image:
        many = image if image.ndim > 2 else image[..., None]
        return np.moveaxis(many.astype(float), -1, 0)

    data = planes_of(problem.image)
    known = np.ones(data.shape, bool)
    if problem.mask is not None:
        known &= ~problem.mask
    noise = measure_noise(np.where(known, data, np.nan), exclude_defects=True)
    known &= ~noise.defects

    def look(estimate: Image) -> dict[str, float | None]:
        shown = planes_of(estimate)
        lines = zip(noise.variance, shown, strict=True)
        variance = np.stack([line.variance(one) for line, one in lines])
        left = np.where(known, data - shown, 0)
        if not variance.all() or not left.any():
            return {'discrepancy': None, 'whitest': None}
        scaled = left / np.sqrt(variance)
        power = np.abs(np.fft.fft2(scaled)) ** 2
        return {
            'discrepancy': max(1.0, float(np.mean(scaled[known] ** 2))),
            'whitest': float(np.mean(power**2) / np.mean(power) ** 2),
        }

    return look


def _psnr(estimate: Image, problem: Problem) -> float:
    """Alone, since the other figures of a case take longer than the fit."""
    truth = problem.truth
    assert truth is not None
    limits = np.iinfo(truth.dtype)
    shown = np.clip(estimate, limits.min, limits.max)
    if problem.factor:
        shown, truth = luminance_inside(shown), luminance_inside(truth)
    return round(psnr(shown, truth, limits.max), 3)


def _short(metric: Any) -> float | None:
    return None if metric is None else float(f'{float(metric):.5g}')


def _unended(settings: Any, num_iter: int) -> Any:
    """The settings of the method, with no end but the last iteration."""
    return replace(
        settings,
        fit=replace(settings.fit, num_iter=num_iter),
        stopping=replace(settings.stopping, patience=num_iter),
    )

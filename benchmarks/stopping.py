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
from benchmarks.results import Record
from benchmarks.runner import Job
from benchmarks.scores import luminance_inside, psnr

SETS = ('fmd', 'nine-colour-25', 'missing-50')
#: The default, which keeps a later estimate that chance alone makes worse.
DEFAULT = 'estimate'
RULES = {
    DEFAULT: 'error of the estimate, held-out or planted noise (default)',
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
    """One fit of each centre; iterations and device are given.

    What is reduced for super-resolution is not cut: its truth would be, too.
    """
    if plan not in PLANS:
        known = ', '.join(PLANS)
        raise ValueError(f'There is no fit {plan!r}; there are {known}.')
    found = []
    for case in cases:
        side = None if case.task == 'super_resolve' else size
        name = f'{case.name}-{side}' if side else case.name
        names = case.collection, name, f'dip-{plan}'
        found.append(
            Job('stopping', names, observe, (case, plan, side, *given))
        )
    return found


def observe(
    case: Case, plan: str, size: int | None, num_iter: int, device: str
) -> Record:
    """Fit the centre of a case past its peak with all rules looking on."""
    from napari_dip.engine import metrics
    from napari_dip.tasks.method import DeepImagePrior

    _, preset, recipe = PLANS[plan]
    problem = crop(case.load(), size) if size else case.load()
    others = {
        'held-out': metrics.HeldOutError(),
        'es-wmv': metrics.WindowedVariance(seed=0),
        'es-emv': metrics.ExponentialVariance(seed=0),
    }
    output = Output()
    session = engine.start(
        case.task,
        problem,
        preset,
        method=DeepImagePrior(recipe=recipe),
        device=device,
        adjust=partial(_unended, num_iter=num_iter),
        metrics=(*others.values(), output),
    )
    looks: dict[str, list[Any]] = {'psnr': [], 'kept': [], 'psnr_kept': []}
    # No other network gives an image from 0 to 1.
    if preset == 'best':
        looks['psnr_outputs'] = []
    rules: dict[str, list[float | None]] = {name: [] for name in RULES}
    # What the default would give: the mean of all that are as good.
    lowest, count, mean = float('inf'), 0, np.zeros(0)
    residual = residual_of(problem)
    # A first fit tells the noise, and nothing is chosen from it.
    planned = session.brief.settings
    before = planned.fit.num_iter if planned.second else 0
    start = time.process_time()
    for progress in session:
        # At its end the fit goes back to the best estimate of one rule.
        if progress.iteration % _EVERY or progress.reason is not None:
            continue
        if progress.iteration <= before:
            continue
        estimate = session.preview()
        if progress.best_iteration == progress.iteration:
            if progress.metric < lowest:
                lowest, count = progress.metric, 0
                mean = np.zeros(estimate.shape)
            count += 1
            mean = mean + (estimate - mean) / count
        looks['kept'].append(max(0, progress.best_iteration - before))
        scored = {'psnr': estimate, 'psnr_kept': mean}
        if preset == 'best':
            scored['psnr_outputs'] = 255 * output.image
        for name, image in scored.items():
            looks[name].append(_psnr(image, problem))
        found = {name: metric.value() for name, metric in others.items()}
        found |= {DEFAULT: progress.metric} | residual(estimate)
        for name, value in found.items():
            short = None if value is None else float(f'{float(value):.5g}')
            rules[name].append(short)
    seconds = time.process_time() - start
    used = session.record().to_dict(histories=False)['device'].split()[0]
    session.close()
    about = {'side': problem.image.shape[0], 'every': _EVERY}
    ends = {'seconds': seconds, 'device': used}
    return about | looks | {'rules': rules} | ends


class Output:
    """Keeps the last output of the network, which the notebooks give."""

    def observe(self, observation: Any) -> None:
        """Take in an iteration."""
        planes = observation.output.detach()[0].float().cpu().numpy()
        self.image: Image = np.moveaxis(planes, 0, 2).squeeze()

    def rewind(self) -> None:
        """Forget nothing: the next iteration gives the next output."""


def residual_of(problem: Problem) -> Callable[[Image], dict[str, Any]]:
    """Two rules that look at what an estimate leaves, by the measured noise.

    The discrepancy principle takes the first estimate whose squared residual
    is no more than the noise, so nothing below 1 is told; the whitest residual
    has the flattest power spectrum.
    """
    from napari_dip.noise.model import measure_noise

    nothing = dict.fromkeys(('discrepancy', 'whitest'))
    if problem.factor:
        return lambda estimate: nothing

    def planes_of(image: Image) -> Image:
        return np.moveaxis(np.atleast_3d(image).astype(float), -1, 0)

    data = planes_of(problem.image)
    missing = False if problem.mask is None else problem.mask
    known = np.ones(data.shape, bool) & ~np.asarray(missing)
    noise = measure_noise(np.where(known, data, np.nan), exclude_defects=True)
    known &= ~noise.defects

    def look(estimate: Image) -> dict[str, Any]:
        shown = planes_of(estimate)
        lines = zip(noise.variance, shown, strict=True)
        variance = np.stack([line.variance(one) for line, one in lines])
        left = np.where(known, data - shown, 0)
        if not variance.all() or not left.any():
            return nothing
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


def _unended(settings: Any, num_iter: int) -> Any:
    """The settings of the method, with no end but the last iteration."""
    if settings.second is not None:
        return replace(settings, second=_unended(settings.second, num_iter))
    fit = replace(settings.fit, num_iter=num_iter)
    stopping = replace(settings.stopping, patience=num_iter)
    return replace(settings, fit=fit, stopping=stopping)

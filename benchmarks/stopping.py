"""Stopping rules side by side: all observe one plain fit, none ends it.

The fit goes on past its peak. What each rule would have chosen is worked out
by the report from the stored metrics, so that its patience can be varied.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks import engine
from benchmarks.cases import Case, crop
from benchmarks.machine import describe
from benchmarks.results import STOPPING, Record
from benchmarks.runner import Job

SETS = ('fmd', 'nine-colour-25', 'missing-50')
RULES = {
    'es-wmv': 'ES-WMV, window 100',
    'es-emv': 'ES-EMV, weight 0.1',
    'held-out': 'held-out pixels, 2 %',
}
_LIGHT = 'plain fit of our light network'
#: Fits that the rules observe: label, preset, and widths and reduction of a
#: network in its place, fitted to noise at a constant rate.
PLANS: dict[str, tuple[str, str, Any]] = {
    'light': (_LIGHT, 'balanced', ((32, 48, 64, 64, 64), 1)),
    'half': (
        f'{_LIGHT} at half resolution',
        'balanced',
        ((64, 64, 128, 128, 128), 2),
    ),
    'ulyanov2018': ('published network', 'ulyanov2018', None),
}

_EVERY = 20
_HELD_OUT = 0.02


def jobs(
    cases: Iterable[Case], plan: str, size: int, *given: Any
) -> list[Job]:
    """One plain fit of each centre; iterations, seed and device are given."""
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
        names = case.collection, f'{case.name}-{size}', f'plain-{plan}'
        arguments = (case, plan, size, *given)
        found.append(Job(STOPPING, names, observe, arguments, seed=given[1]))
    return found


def observe(
    case: Case, plan: str, size: int, num_iter: int, seed: int, device: str
) -> Record:
    """Fit the centre of a case past its peak with all rules looking on."""
    from napari_dip.engine.metrics import (
        ExponentialVariance,
        WindowedVariance,
    )

    _, preset, network = PLANS[plan]
    problem = crop(case.load(), size)
    moving = WindowedVariance(seed=seed), ExponentialVariance(seed=seed)
    plain = partial(_plain, num_iter=num_iter, network=network)
    options = {'seed': seed, 'device': device, 'adjust': plain}
    session = engine.start(
        case.task, problem, preset, **options, metrics=moving
    )
    decibels: list[float] = []
    metrics: dict[str, list[float | None]] = {name: [] for name in RULES}
    start = time.perf_counter()
    for progress in session:
        # At its end the fit goes back to the best estimate of one rule.
        if progress.iteration % _EVERY or progress.reason is not None:
            continue
        score = case.score(session.preview(), problem)['psnr']
        decibels.append(round(score, 3))
        seen = [*(metric.value() for metric in moving), progress.metric]
        for name, metric in zip(RULES, seen, strict=True):
            short = None if metric is None else float(f'{float(metric):.5g}')
            metrics[name].append(short)
    seconds = time.perf_counter() - start
    used = session.record().to_dict(histories=False)['device'].split()[0]
    session.close()
    return {
        'side': problem.image.shape[0],
        'every': _EVERY,
        'psnr': decibels,
        'rules': metrics,
        'seconds': seconds,
        'machine': describe(used),
    }


def _plain(settings: Any, num_iter: int, network: Any) -> Any:
    """The settings of a plan, with pixels held out and no end but the last."""
    from napari_dip.engine.early_stopping import HeldOut
    from napari_dip.engine.settings import FitSettings
    from napari_dip.latents.noise import UniformNoiseSpec
    from napari_dip.networks import UNetSpec

    fit = settings.fit
    if network is not None:
        widths, reduction = network
        trunk = UNetSpec(widths, reduction=reduction, norm='batch')
        noise = UniformNoiseSpec(channels=16, jitter=0.03)
        settings = replace(settings, network=trunk, latent=noise)
        rate = {'learning_rate': 1e-2, 'schedule': 'constant'}
        fit = FitSettings(**rate, precision='auto')
    fit = replace(fit, num_iter=num_iter)
    stopping = HeldOut(part=_HELD_OUT, patience=num_iter)
    return replace(settings, fit=fit, stopping=stopping)

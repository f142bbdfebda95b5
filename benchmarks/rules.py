"""Stopping rules side by side: all observe one plain fit, none ends it.

The fit goes on past its peak; what each rule would have chosen is worked out
from the stored figures, so that its patience can be varied afterwards.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import own, results
from benchmarks.cases import Case, crop
from benchmarks.machine import describe
from benchmarks.results import Record
from napari_dip.engine.early_stopping import (
    ExponentialVariance,
    Minimum,
    StoppingRule,
    WindowedVariance,
)

if TYPE_CHECKING:
    from napari_dip.presets.settings import Settings

FOLDER = results.FOLDER / 'rules'
SETS = ('fmd', 'nine-colour-25', 'missing-50')

_EVERY = 20
_HELD_OUT = 0.02
# Decibels below the best from which a fit counts as past its peak.
_PAST = 0.1

HELD_OUT = 'held-out'
RULES: Mapping[str, str] = {
    'es-wmv': 'ES-WMV, window 100',
    'es-emv': 'ES-EMV, weight 0.1',
    HELD_OUT: 'held-out pixels, 2 %',
}


@dataclass(frozen=True)
class Plan:
    """A plain deep image prior that the rules observe.

    Parameters
    ----------
    label : str
        Name in the tables.
    preset : str
        Preset whose settings are adjusted.
    adjust : callable
        Called with the settings and the number of iterations.
    """

    label: str
    preset: str
    adjust: Callable[[Settings, int], Settings]


def _light(settings: Settings, num_iter: int) -> Settings:
    return _plain(settings, num_iter, (32, 48, 64, 64, 64), reduction=1)


def _half(settings: Settings, num_iter: int) -> Settings:
    return _plain(settings, num_iter, (64, 64, 128, 128, 128), reduction=2)


def _plain(
    settings: Settings,
    num_iter: int,
    widths: tuple[int, ...],
    *,
    reduction: int,
) -> Settings:
    from napari_dip.engine.settings import FitSettings
    from napari_dip.networks import TrunkSpec
    from napari_dip.presets.settings import LatentSettings

    plain = replace(
        settings,
        network=TrunkSpec(widths, reduction=reduction, norm='batch'),
        latent=LatentSettings('noise', channels=16, jitter=0.03),
        fit=FitSettings(
            learning_rate=1e-2, schedule='constant', precision='auto'
        ),
    )
    return _endless(plain, num_iter)


def _endless(settings: Settings, num_iter: int) -> Settings:
    """The same settings with pixels held out and a rule that never ends."""
    from napari_dip.presets.settings import StoppingSettings

    fit = replace(settings.fit, num_iter=num_iter, patience=num_iter)
    stopping = StoppingSettings('held_out', held_out=_HELD_OUT)
    return replace(settings, fit=fit, stopping=stopping)


PLANS: Mapping[str, Plan] = {
    'light': Plan('plain fit of our light network', 'balanced', _light),
    'half': Plan(
        'plain fit of our light network at half resolution',
        'balanced',
        _half,
    ),
    'ulyanov2018': Plan('published network', 'ulyanov2018', _endless),
}


def pending(
    cases: Iterable[Case],
    plan: str,
    *,
    size: int,
    num_iter: int,
    seed: int,
    folder: Path,
) -> list[Case]:
    """Cases whose fit is not stored with as many iterations.

    Raises
    ------
    ValueError
        On a case that cannot be cropped.
    """
    done = {
        results.key(record): record['iterations'][-1]
        for record in results.load(folder)
    }
    chosen = list(cases)
    for case in chosen:
        if case.task == 'super_resolve':
            raise ValueError(
                f'The set {case.collection!r} enlarges images; rules are '
                'compared on denoising and inpainting alone.'
            )
    return [
        case
        for case in chosen
        if done.get(_key(case, plan, size, seed), 0) < num_iter - _EVERY
    ]


def _key(case: Case, plan: str, size: int, seed: int) -> results.Key:
    name = f'{case.name}-{size}'
    return case.collection, name, f'plain-{plan}', own.version(), seed


def observe(
    case: Case,
    plan_name: str,
    *,
    size: int,
    num_iter: int,
    seed: int,
    device: str,
) -> Record:
    """Run a fit past its peak with all rules looking on.

    Parameters
    ----------
    case : Case
        What is restored: its centre, `size` pixels a side.
    plan_name : str
        Name of a plan.
    size, num_iter, seed : int
        Pixels, iterations, seed.
    device : str
        Device of napari-dip.

    Returns
    -------
    dict
        PSNR of the running estimate and figure of each rule at regular
        iterations, settings and machine.
    """
    from napari_dip.presets.options import Options

    plan = PLANS[plan_name]
    problem = crop(case.load(), size)
    watchers: dict[str, StoppingRule] = {
        'es-wmv': WindowedVariance(seed=seed),
        'es-emv': ExponentialVariance(seed=seed),
    }
    options = Options(
        plan.preset,
        seed,
        device,
        adjust=lambda settings: plan.adjust(settings, num_iter),
        rules=tuple(watchers.values()),
    )
    session = own.start(case.task, problem, options)
    iterations: list[int] = []
    decibels: list[float] = []
    figures: dict[str, list[float | None]] = {name: [] for name in RULES}
    start = time.perf_counter()
    for progress in session:
        # At its end the fit goes back to the best estimate of one rule.
        if progress.iteration % _EVERY or progress.reason is not None:
            continue
        iterations.append(progress.iteration)
        score = case.score(session.preview(), problem)['psnr']
        decibels.append(round(score, 3))
        figures[HELD_OUT].append(_short(progress.figure))
        for name, rule in watchers.items():
            value = rule.figure()
            figures[name].append(
                _short(None if value is None else float(value))
            )
    seconds = time.perf_counter() - start
    info = session.record().to_dict(histories=False)
    session.close()
    device_used = info['device'].split()[0]
    collection, name, method, version, _ = _key(case, plan_name, size, seed)
    return {
        'set': collection,
        'case': name,
        'group': case.group,
        'method': method,
        'version': version,
        'source': own.source_digest(),
        'seed': seed,
        'shape': list(problem.image.shape),
        'iterations': iterations,
        'psnr': decibels,
        'rules': figures,
        'settings': info['settings'],
        'wall_time_s': round(seconds, 1),
        'device': device_used,
        'machine': describe(device_used),
        'date': datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _short(figure: float | None) -> float | None:
    return None if figure is None else float(f'{figure:.5g}')


@dataclass(frozen=True)
class Stop:
    """What a rule chose, and when it was sure.

    Parameters
    ----------
    chosen : int
        Iteration of the estimate that it gives.
    ended : int
        Iteration at which it ended the fit.
    gap : float
        How much better the best estimate of the run was, in dB.
    """

    chosen: int
    ended: int
    gap: float


def stop(record: Record, rule: str, patience: int) -> Stop:
    """Where a rule would have ended a stored fit.

    A rule that has not made up its mind when the fit is over gives its best
    until then.
    """
    minimum = Minimum(patience)
    iterations: Sequence[int] = record['iterations']
    ended = iterations[-1]
    for iteration, value in zip(
        iterations, record['rules'][rule], strict=True
    ):
        if value is not None:
            minimum.update(iteration, value)
        if minimum.confirmed:
            ended = iteration
            break
    return stop_at(record, minimum.best_iteration or ended, ended)


def stop_at(record: Record, iteration: int, ended: int | None = None) -> Stop:
    """What a stored fit had at the last look up to an iteration."""
    seen = [i for i in record['iterations'] if i <= iteration]
    index = max(len(seen) - 1, 0)
    gap = max(record['psnr']) - record['psnr'][index]
    return Stop(iteration, ended or iteration, gap)


def past_peak(record: Record) -> bool:
    """Whether a stored fit went on until it had become worse.

    Where it had not, every rule that waits looks right.
    """
    return max(record['psnr']) - record['psnr'][-1] >= _PAST


def oracle(record: Record) -> int:
    """Iteration of the best estimate, which takes the truth to know."""
    best = max(range(len(record['psnr'])), key=record['psnr'].__getitem__)
    return int(record['iterations'][best])


def best_fixed(records: Iterable[Record], but: Record) -> int | None:
    """Number of iterations that is best on average on all other images.

    None where there is no other, or none that went as far.
    """
    others = [one for one in records if one['case'] != but['case']]
    if not others:
        return None
    length = min(len(one['psnr']) for one in others)
    means: list[Any] = [
        sum(one['psnr'][index] for one in others) for index in range(length)
    ]
    return int(but['iterations'][0] * (1 + means.index(max(means))))

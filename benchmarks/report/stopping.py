"""The page on stopping: how near the oracle, and rules side by side."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from operator import lt, truediv
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from benchmarks.cases import SETS
from benchmarks.methods import LABELS
from benchmarks.report.page import write_page
from benchmarks.report.plots import plot_gaps
from benchmarks.results import Record
from benchmarks.stopping import DEFAULT, PLANS, RULES

_PATIENCES = (100, 300, 1000)
# What the default is used with, and the others are.
_SHORT, _LONG = _PATIENCES[0], _PATIENCES[-1]
#: Rules and what else ends a fit, in the order of the tables.
TITLES = RULES | {
    'fixed': 'fixed number of iterations',
    'none': 'no rule: the end of the run',
}
# Decibels below the best from which a fit counts as past its peak. Where it
# is not, every rule that waits looks right.
_PAST = 0.1
Row = dict[str, Any]


class Stop(NamedTuple):
    """Iteration that a rule chose, at which it ended the fit, and dB lost."""

    chosen: int
    ended: int
    gap: float


def write_stopping(
    records: Sequence[Record], observed: Sequence[Record], output: Path
) -> list[Path]:
    """Write the page of all watched fits, and those that rules observed."""
    watched = [record for record in records if 'oracle' in record]
    names = ('plans', 'rules', 'images', 'unfinished')
    rows: dict[str, list[Row]] = {name: [] for name in names}
    for name, (label, *_) in PLANS.items():
        every = [one for one in observed if one['method'] == f'dip-{name}']
        fits = [one for one in every if _lost(one) >= _PAST]
        left = [one for one in every if one not in fits]
        rows['unfinished'] += [_facts(one) | {'plan': label} for one in left]
        if fits:
            _add_plan(label, fits, rows)
    plot = plot_gaps(watched, output / 'stopping.png')
    page = write_page(
        'stopping',
        output,
        [*watched, *observed],
        automatic=list(_automatic(watched)),
        gaps=f'![Gap to the oracle]({plot.name})' if plot else '',
        published=[
            _beside_the_published(one)
            for one in observed
            if one['method'] == 'dip-published'
        ],
        **rows,
    )
    return [page, plot] if plot else [page]


def _automatic(watched: Iterable[Record]) -> Iterator[Row]:
    """One row for each method and set, and for each method one for all."""
    parts: dict[tuple[str, str], list[Record]] = {
        (label, title + more): []
        for label in LABELS.values()
        for title in [*(about.title for about in SETS.values()), '**all**']
        for more in ('', ', crops')
    }
    for one in watched:
        label = LABELS[one['method']]
        crops = ', crops' if one.get('quick') else ''
        parts[label, SETS[one['set']].title + crops].append(one)
        parts[label, '**all**'].append(one)
    for (label, title), fits in parts.items():
        if fits:
            gaps = [one['oracle'] - one['automatic'] for one in fits]
            ran = [one['iterations'] / one['oracle_iteration'] for one in fits]
            reasons = Counter(one['reason'] for one in fits).most_common()
            yield {
                'method': label,
                'set': title,
                'fits': len(fits),
                'gap': fmean(gaps),
                'worst': max(gaps),
                'of': fits[gaps.index(max(gaps))]['case'],
                'ran': fmean(ran),
                'reasons': '; '.join(f'{r} ({n})' for r, n in reasons),
            }


def _add_plan(
    label: str, fits: Sequence[Record], rows: dict[str, list[Row]]
) -> None:
    images = [_facts(one) | {'plan': label} for one in fits]
    best, ends = ([one[name] for one in images] for name in ('at', 'of'))
    plan = {'plan': label, 'fits': len(fits)}
    for name, numbers in (('side', [f['side'] for f in fits]), ('of', ends)):
        plan[name] = ' or '.join(map(str, sorted(set(numbers))))
    rows['plans'].append(plan)
    for name, patience, stops in _stops(fits):
        chosen, ended, gaps = zip(*stops, strict=True)
        row = {'rule': TITLES[name], 'patience': patience}
        row |= {'gap': fmean(gaps), 'worst': max(gaps)}
        row |= {'chosen': fmean(map(truediv, chosen, best))}
        row |= {'ran': fmean(map(truediv, ended, best))}
        if patience:
            row['decided'] = f'{sum(map(lt, ended, ends))} of {len(fits)}'
        rows['rules'].append(plan | row)
        if patience in (None, _SHORT if name == DEFAULT else _LONG):
            for image, lost in zip(images, gaps, strict=True):
                image[name] = lost
    rows['images'] += images


def _stops(
    fits: Sequence[Record],
) -> Iterator[tuple[str, int | None, list[Stop]]]:
    """Name of the rule, patience and a stop for each fit."""
    for rule, patience in product(RULES, _PATIENCES):
        yield rule, patience, [_stop(one, rule, patience) for one in fits]
    fixed = []
    for but in fits:
        # As long as the shortest of all.
        others = [one['psnr'] for one in fits if one['case'] != but['case']]
        sums = [sum(values) for values in zip(*others, strict=False)]
        sums = sums[: len(but['psnr'])]
        if sums:
            best = sums.index(max(sums))
            at = _iterations(but)[best]
            fixed.append(Stop(at, at, _lost(but, best)))
    if fixed:
        yield 'fixed', None, fixed
    last = [_iterations(one)[-1] for one in fits]
    yield 'none', None, list(map(Stop, last, last, map(_lost, fits)))


def _stop(record: Record, rule: str, patience: int) -> Stop:
    """Where a rule would have ended a fit, or its best until the end."""
    scored = _iterations(record)
    chosen, lowest, end = None, float('inf'), len(scored) - 1
    if rule == DEFAULT:
        # Its choice at each look is known.
        kept = record['kept']
        waited = [n - m >= patience for n, m in zip(scored, kept, strict=True)]
        end = waited.index(True) if any(waited) else end
        lost = max(record['psnr']) - record['psnr_kept'][end]
        return Stop(kept[end], scored[end], lost)
    for look, metric in enumerate(record['rules'][rule]):
        if metric is not None and metric < lowest:
            chosen, lowest = look, metric
        elif metric is None or chosen is None:
            continue
        elif scored[look] - scored[chosen] >= patience:
            end = look
            break
    chosen = end if chosen is None else chosen
    return Stop(scored[chosen], scored[end], _lost(record, chosen))


def _iterations(record: Record) -> list[int]:
    return [record['every'] * (n + 1) for n in range(len(record['psnr']))]


def _lost(record: Record, look: int = -1) -> float:
    """Decibels between the best estimate and that of a look."""
    psnr: list[float] = record['psnr']
    return max(psnr) - psnr[min(look, len(psnr) - 1)]


def _beside_the_published(one: Record) -> Row:
    """What a published recipe came to, run to its end."""
    stop = _stop(one, DEFAULT, _SHORT)
    published = {r['method']: r for r in SETS[one['set']].published}
    whole = published.get('deep image prior', {}).get('cases', {})
    return _facts(one) | {
        'published': whole.get(one['case'].split('-')[0]),
        'last': one['psnr_outputs'][-1],
        'average': one['psnr'][-1],
        'automatic': max(one['psnr']) - stop.gap,
        'chosen': stop.chosen,
    }


def _facts(one: Record) -> Row:
    best, scored = max(one['psnr']), _iterations(one)
    return {
        'image': f'{SETS[one["set"]].title}: {one["case"]}',
        'best': best,
        'at': scored[one['psnr'].index(best)],
        'of': scored[-1],
        'default': _stop(one, DEFAULT, _SHORT).gap,
    }

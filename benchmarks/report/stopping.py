"""The page on stopping: how near the oracle, and rules side by side."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from benchmarks.datasets.sets import SETS
from benchmarks.machine import machines
from benchmarks.methods import LABELS
from benchmarks.report.page import PAGES, write_page
from benchmarks.report.plots import plot_gaps
from benchmarks.results import Record
from benchmarks.stopping import DEFAULT, PLANS, RULES

_PATIENCES = (100, 300, 1000)
#: Rules and what else ends a fit, in the order of the tables.
TITLES = RULES | {
    'fixed': 'fixed number of iterations',
    'none': 'no rule: the end of the run',
}
# Decibels below the best from which a fit counts as past its peak. Where it
# is not, every rule that waits looks right.
_PAST = 0.1
# PSNR of the authors' own images, whole, in dB.
_PUBLISHED = {'F16': 33.69, 'butterfly': 26.23, 'barbara': 32.18}

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
    rows: dict[str, list[Row]] = {'plans': [], 'rules': [], 'images': []}
    rows['unfinished'] = []
    published = [one for one in observed if one['method'] == 'dip-published']
    rows['published'] = list(map(_beside_the_published, published))
    for name, (label, *_) in PLANS.items():
        every = [one for one in observed if one['method'] == f'dip-{name}']
        fits = [one for one in every if _lost(one, len(one['psnr'])) >= _PAST]
        left = [_facts(one) for one in every if one not in fits]
        rows['unfinished'] += [one | {'plan': label} for one in left]
        if fits:
            _add_plan(label, fits, rows)
    plot = plot_gaps(watched, output / 'stopping.png')
    page = write_page(
        PAGES / 'stopping.md',
        output / 'stopping.md',
        automatic=list(_automatic(watched)),
        gaps=f'![Gap to the oracle]({plot.name})' if plot else '',
        machines=machines([*watched, *observed]),
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
    sides = sorted({one['side'] for one in fits})
    ends = [_iterations(one)[-1] for one in fits]
    plan = {'plan': label, 'fits': len(fits)}
    longest = ' or '.join(map(str, sorted(set(ends))))
    about = {'side': ' or '.join(map(str, sides)), 'longest': longest}
    rows['plans'].append(plan | about)
    images = [_facts(one) | {'plan': label} for one in fits]
    for name, patience, stops in _stops(fits):
        best = [one['at'] for one in images]
        decided = sum(
            s.ended < end for s, end in zip(stops, ends, strict=True)
        )
        chosen = (s.chosen / n for s, n in zip(stops, best, strict=True))
        ran = (s.ended / n for s, n in zip(stops, best, strict=True))
        gaps = [one.gap for one in stops]
        row = {'rule': TITLES[name], 'patience': patience, 'gap': fmean(gaps)}
        row |= {'worst': max(gaps), 'chosen': fmean(chosen), 'ran': fmean(ran)}
        if patience:
            row['decided'] = f'{decided} of {len(fits)}'
        rows['rules'].append(plan | row)
        if patience in (None, _shown(name)):
            for image, lost in zip(images, gaps, strict=True):
                image[name] = lost
    rows['images'] += images


def _stops(
    fits: Sequence[Record],
) -> Iterator[tuple[str, int | None, list[Stop]]]:
    """Name of the rule, patience and a stop for each fit."""
    for rule in RULES:
        for patience in _PATIENCES:
            yield rule, patience, [_stop(one, rule, patience) for one in fits]
    fixed = []
    for but in fits:
        # As long as the shortest of the others.
        others = [one['psnr'] for one in fits if one['case'] != but['case']]
        sums = [sum(values) for values in zip(*others, strict=False)]
        if sums:
            best = _iterations(but)[sums.index(max(sums))]
            fixed.append(Stop(best, best, _lost(but, best // but['every'])))
    if fixed:
        yield 'fixed', None, fixed
    last = [_iterations(one)[-1] for one in fits]
    lost = [_lost(one, len(one['psnr'])) for one in fits]
    yield 'none', None, list(map(Stop, last, last, lost))


def _stop(record: Record, rule: str, patience: int) -> Stop:
    """Where a rule would have ended a fit, or its best until the end."""
    scored = _iterations(record)
    if rule == DEFAULT:
        return _stop_of_kept(record, patience)
    best, lowest, ended = 0, float('inf'), scored[-1]
    for iteration, metric in zip(scored, record['rules'][rule], strict=True):
        if metric is not None and metric < lowest:
            best, lowest = iteration, metric
        elif metric is not None and iteration - best >= patience:
            ended = iteration
            break
    chosen = best or ended
    return Stop(chosen, ended, _lost(record, chosen // record['every']))


def _stop_of_kept(record: Record, patience: int) -> Stop:
    """The same of the default, whose choice at each look is known."""
    looks = list(zip(_iterations(record), record['kept'], strict=True))
    ended = next(
        (n for n, kept in looks if n - kept >= patience), looks[-1][0]
    )
    last = ended // record['every'] - 1
    lost = max(record['psnr']) - record['psnr_kept'][last]
    return Stop(record['kept'][last], ended, lost)


def _shown(rule: str) -> int:
    """Patience of a rule in the table of images: what it is used with."""
    return _PATIENCES[0] if rule == DEFAULT else _PATIENCES[-1]


def _iterations(record: Record) -> list[int]:
    return [record['every'] * (n + 1) for n in range(len(record['psnr']))]


def _lost(record: Record, scored: int) -> float:
    """Decibels between the best estimate and one of those scored."""
    psnr: list[float] = record['psnr']
    return max(psnr) - psnr[min(scored, len(psnr)) - 1]


def _beside_the_published(one: Record) -> Row:
    """What a published recipe came to, run to its end."""
    outputs, scored = one['psnr_outputs'], _iterations(one)
    stop = _stop(one, DEFAULT, _shown(DEFAULT))
    figures = {'last': outputs[-1], 'average': one['psnr'][-1]}
    figures['automatic'] = max(one['psnr']) - stop.gap
    about = {'published': _PUBLISHED.get(one['case'].split('-')[0])}
    about |= {'of': scored[-1], 'chosen': stop.chosen, 'side': one['side']}
    return _facts(one) | figures | about


def _facts(one: Record) -> Row:
    best, scored = max(one['psnr']), _iterations(one)
    image = f'{SETS[one["set"]].title}: {one["case"]}'
    at = scored[one['psnr'].index(best)]
    default = _stop(one, DEFAULT, _shown(DEFAULT)).gap
    return {
        'image': image,
        'best': best,
        'at': at,
        'of': scored[-1],
        'default': default,
    }

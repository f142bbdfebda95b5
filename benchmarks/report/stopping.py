"""The page on stopping: how near the oracle, and rules side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from benchmarks.methods import METHODS
from benchmarks.report.contents import CONTENTS
from benchmarks.report.machines import machines
from benchmarks.report.pages import NOTE
from benchmarks.report.stopping_plots import plot_gaps, plot_rules
from benchmarks.report.tables import NOT_RUN, markdown
from benchmarks.results import Record
from benchmarks.rules import (
    PLANS,
    RULES,
    Stop,
    best_fixed,
    oracle,
    past_peak,
    stop,
    stop_at,
)

_PATIENCES = (100, 300, 1000)
_PUBLISHED_PATIENCE = 1000

_ASKED = (
    'Asked for over all images: on average at most 0.1 dB and never more '
    'than 0.4 dB below the best that the same run reached, and at most 1.3 '
    'times its iterations on average. *Oracle* is that best: it takes the '
    'ground truth to know, which no fit is ever shown.'
)
_HOW = (
    'The benchmark looks at the running estimate about thirty times a fit, '
    'its time not counted. A look averages one realisation of a random '
    'latent, so the automatic result is looked at in the same way here; the '
    'final estimate, which averages more of them, is better than either (see '
    'the pages of the sets). Looks of eight realisations, tried on crops of '
    'Confocal_MICE and TwoPhoton_BPAE_G with "fast", gave the same oracle '
    'iteration and the same gap within 0.02 dB. Of an enlarged image the '
    'whole estimate is looked at, the mean over the eight ways to lay the '
    'image down, and of a second fit the whole result, since until it is '
    'shown that of the first is. *Ran* is the iteration at '
    'which the fit ended, over that of the oracle. The best is that which '
    'the run reached before it ended: what it would have reached later is '
    'not known.'
)
_RULES = (
    'A plain fit (noise as latent, constant learning rate, exponential '
    'average of the outputs) goes on past its peak while every rule looks '
    'on and none ends it; 2 % of the pixels are held out of the fit for all '
    'alike. The patience is that of every rule, in iterations; published for '
    'ES-WMV and ES-EMV is 1000. *Chosen* is the iteration of the estimate '
    'that a rule gives, *ran* the one at which it would have ended the fit, '
    'both over that of the oracle; *decided* counts the fits that it ended '
    'at all. The fixed number of iterations is the one that was best on '
    'average on the other images. Sources: H. Wang et al., "Early Stopping '
    'for Deep Image Prior", TMLR 2023, for both moving variances.'
)

_SMALL = (
    'Small crops are hard on every rule. A network with a weight for every '
    'few pixels learns the noise by heart within some hundred iterations; '
    'from then on its outputs stand still, and a moving variance falls below '
    'the valley at the peak before a long patience is over. And 2 % of '
    '128 × 128 pixels are only about 330, so that chance moves the minimum '
    'of their error.'
)


def write_stopping(
    records: Sequence[Record], observed: Sequence[Record], output: Path
) -> list[Path]:
    """Write the page and its plots.

    Parameters
    ----------
    records : sequence of dict
        Stored figures; those with a trajectory are used.
    observed : sequence of dict
        Stored plain fits that all rules observed.
    output : Path
        Folder of the pages.

    Returns
    -------
    list of Path
        Files written.
    """
    output.mkdir(parents=True, exist_ok=True)
    watched = [record for record in records if 'trajectory' in record]
    gaps, sides = output / 'stopping.png', output / 'stopping-rules.png'
    labelled = {_label(m): list(_of(m, watched)) for m in _methods(watched)}
    drawn = plot_gaps(labelled, gaps)
    every = {plan: _of_plan(plan, observed) for plan in PLANS}
    found = {
        plan: past
        for plan, fits in every.items()
        if (past := [one for one in fits if past_peak(one)])
    }
    stops = {plan: _published(fits) for plan, fits in found.items()}
    shown = plot_rules(
        {PLANS[plan].label: found[plan] for plan in found},
        {PLANS[plan].label: stops[plan] for plan in found},
        sides,
    )
    parts = [
        NOTE,
        '# Stopping',
        _ASKED,
        '## The automatic stop beside the oracle',
        _HOW,
        _automatic_table(watched) if watched else NOT_RUN,
        *([f'![Gap to the oracle]({gaps.name})'] if drawn else []),
        '## Rules side by side',
        _RULES,
        _SMALL,
        *(part for plan in found for part in _side_by_side(plan, found[plan])),
        *([] if found else [NOT_RUN]),
        *_unfinished(every),
        *([f'![Rules side by side]({sides.name})'] if shown else []),
        '## Measured on',
        machines([*watched, *observed]),
    ]
    page = output / 'stopping.md'
    page.write_text('\n\n'.join(parts) + '\n', encoding='utf-8')
    return [page, *([gaps] if drawn else []), *([sides] if shown else [])]


def gap(record: Record) -> float:
    """How much better the oracle of a fit is, in dB."""
    course = record['trajectory']
    return float(course['oracle'] - course['automatic'])


def ratio(record: Record) -> float:
    """How long a fit ran, over the iteration of its oracle."""
    course = record['trajectory']
    return float(course['ended'] / course['oracle_iteration'])


def _methods(records: Iterable[Record]) -> list[str]:
    known = list(dict.fromkeys(method.name for method in METHODS))
    return sorted({one['method'] for one in records}, key=known.index)


def _label(method: str) -> str:
    return next(m.label for m in METHODS if m.name == method)


def _of(method: str, records: Iterable[Record]) -> Iterator[Record]:
    return (record for record in records if record['method'] == method)


def _automatic_table(records: Sequence[Record]) -> str:
    head = ['method', 'set', 'fits', 'mean gap / dB', 'worst gap / dB']
    head += ['of', 'ran', 'ended because']
    rows = []
    for method in _methods(records):
        mine = list(_of(method, records))
        for name in CONTENTS:
            for quick in (False, True):
                part = [
                    one
                    for one in mine
                    if (one['set'], one['quick']) == (name, quick)
                ]
                title = CONTENTS[name].title + ', crops' * quick
                rows += [_automatic_row(method, title, part)] if part else []
        rows.append(_automatic_row(method, '**all**', mine))
    return markdown(head, rows)


def _automatic_row(
    method: str, title: str, records: Sequence[Record]
) -> list[str]:
    worst = max(records, key=gap)
    reasons = Counter(record['info']['reason_text'] for record in records)
    return [
        _label(method),
        title,
        str(len(records)),
        f'{fmean(map(gap, records)):.2f}',
        f'{gap(worst):.2f}',
        worst['case'],
        f'{fmean(map(ratio, records)):.2f}',
        '; '.join(
            f'{reason} ({count})' for reason, count in reasons.most_common()
        ),
    ]


def _of_plan(plan: str, observed: Iterable[Record]) -> list[Record]:
    return [one for one in observed if one['method'] == f'plain-{plan}']


def _published(fits: Sequence[Record]) -> Mapping[str, list[Stop]]:
    """What each rule gives with the published patience, for each fit."""
    stops = {
        title: [stop(one, rule, _PUBLISHED_PATIENCE) for one in fits]
        for rule, title in RULES.items()
    }
    fixed = [best_fixed(fits, one) for one in fits]
    if None not in fixed:
        stops['fixed number of iterations'] = [
            stop_at(one, number)
            for one, number in zip(fits, fixed, strict=True)
            if number is not None
        ]
    stops['no rule: the end of the run'] = [
        stop_at(one, one['iterations'][-1]) for one in fits
    ]
    return stops


def _side_by_side(plan: str, fits: Sequence[Record]) -> list[str]:
    sides = sorted({record['shape'][0] for record in fits})
    longest = sorted({record['iterations'][-1] for record in fits})
    fits_in_words = '1 fit' if len(fits) == 1 else f'{len(fits)} fits'
    what = (
        f'{fits_in_words} of {_listed(sides)} pixels a side, observed for '
        f'{_listed(longest)} iterations.'
    )
    each = (
        'Gap to the oracle of each image in dB, with a patience of '
        f'{_PUBLISHED_PATIENCE}:'
    )
    return [
        f'### {PLANS[plan].label.capitalize()}',
        what,
        _rule_table(fits),
        each,
        _image_table(fits),
    ]


def _unfinished(every: Mapping[str, Sequence[Record]]) -> list[str]:
    """Name the fits that say nothing yet: any rule that waits is right."""
    names = [
        f'- {PLANS[plan].label}, {CONTENTS[one["set"]].title}: '
        f'{one["case"]}, best {max(one["psnr"]):.2f} dB at {oracle(one)} of '
        f'{one["iterations"][-1]}'
        for plan, fits in every.items()
        for one in fits
        if not past_peak(one)
    ]
    if not names:
        return []
    title = (
        'Left out, since the run ended within 0.1 dB of its best and so '
        'cannot tell a rule that stops from one that does not:'
    )
    return ['### Not yet past the peak', title, '\n'.join(names)]


def _listed(numbers: Sequence[int]) -> str:
    return ' or '.join(str(number) for number in numbers)


def _rule_table(fits: Sequence[Record]) -> str:
    head = ['rule', 'patience', 'mean gap / dB', 'worst gap / dB']
    head += ['chosen', 'ran', 'decided']
    rows = [
        _rule_row(title, str(patience), fits, stops)
        for rule, title in RULES.items()
        for patience in _PATIENCES
        for stops in [[stop(one, rule, patience) for one in fits]]
    ]
    published = _published(fits)
    rows += [
        _rule_row(title, '', fits, stops)
        for title, stops in published.items()
        if title not in RULES.values()
    ]
    return markdown(head, rows)


def _rule_row(
    title: str, patience: str, fits: Sequence[Record], stops: Sequence[Stop]
) -> list[str]:
    pairs = list(zip(fits, stops, strict=True))
    decided = sum(s.ended < one['iterations'][-1] for one, s in pairs)
    return [
        title,
        patience,
        f'{fmean(s.gap for s in stops):.2f}',
        f'{max(s.gap for s in stops):.2f}',
        f'{fmean(s.chosen / oracle(one) for one, s in pairs):.2f}',
        f'{fmean(s.ended / oracle(one) for one, s in pairs):.2f}',
        f'{decided} of {len(fits)}' if patience else '',
    ]


def _image_table(fits: Sequence[Record]) -> str:
    stops = _published(fits)
    head = ['image', 'oracle / dB', 'at iteration', *stops]
    rows = [
        [
            f'{CONTENTS[one["set"]].title}: {one["case"]}',
            f'{max(one["psnr"]):.2f}',
            str(oracle(one)),
            *(f'{found[index].gap:.2f}' for found in stops.values()),
        ]
        for index, one in enumerate(fits)
    ]
    return markdown(head, rows)

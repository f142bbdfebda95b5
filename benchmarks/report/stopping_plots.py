"""Plots of the page on stopping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Record
from benchmarks.rules import Stop

_COLOURS = ('#c2410c', '#0f766e', '#4338ca', '#a16207', '#475569')
_MEAN, _WORST, _LENGTH = 0.1, 0.4, 1.3


def plot_gaps(fits: Mapping[str, Sequence[Record]], path: Path) -> bool:
    """Draw how far the automatic results are from their oracles.

    Parameters
    ----------
    fits : mapping
        Records with a trajectory, by the label of their method.
    path : Path
        Picture to write.

    Returns
    -------
    bool
        Whether there was anything to draw.
    """
    shown = {label: found for label, found in fits.items() if found}
    if not shown:
        return False
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(9, 3.6), layout='constrained')
    left, right = drawing.subplots(1, 2)
    for (label, found), colour in zip(shown.items(), _COLOURS, strict=False):
        courses = [record['trajectory'] for record in found]
        gaps = [one['oracle'] - one['automatic'] for one in courses]
        ratios = [one['ended'] / one['oracle_iteration'] for one in courses]
        title = f'{label}, {len(found)} fits'
        _cumulative(left, gaps, title, colour)
        _cumulative(right, ratios, title, colour)
    for edge, text in ((_MEAN, 'mean'), (_WORST, 'worst')):
        _bound(left, edge, f'asked: {text}')
    _bound(right, _LENGTH, 'asked: mean')
    left.set(xlabel='gap to the oracle / dB', ylabel='share of fits')
    right.set(xlabel='iterations run / iteration of the oracle')
    left.legend(fontsize=7, loc='center right')
    drawing.savefig(path, dpi=100, metadata={'Software': None})
    return True


def _cumulative(
    axes: Any, values: Sequence[float], label: str, colour: str
) -> None:
    share = [(index + 1) / len(values) for index in range(len(values))]
    axes.step(
        [min(values), *sorted(values)],
        [0, *share],
        where='post',
        label=label,
        color=colour,
    )
    axes.plot(sorted(values), share, '.', color=colour, markersize=4)
    axes.grid(alpha=0.3)


def _bound(axes: Any, value: float, text: str) -> None:
    axes.axvline(value, color='#64748b', linestyle=':', linewidth=1)
    axes.annotate(
        text,
        (value, 0.02),
        xytext=(2, 0),
        textcoords='offset points',
        rotation=90,
        va='bottom',
        fontsize=7,
        color='#64748b',
    )


def plot_rules(
    fits: Mapping[str, Sequence[Record]],
    stops: Mapping[str, Mapping[str, Sequence[Stop]]],
    path: Path,
) -> bool:
    """Draw the gap of every image for each rule, one panel for each fit.

    Parameters
    ----------
    fits : mapping
        Observed fits, by label.
    stops : mapping
        What each rule gives for each of these fits, by the same labels.
    path : Path
        Picture to write.

    Returns
    -------
    bool
        Whether there was anything to draw.
    """
    if not fits:
        return False
    from matplotlib.figure import Figure

    rows = max(len(found) for found in stops.values())
    drawing = Figure(
        figsize=(9, 0.9 + 0.5 * rows * len(fits)), layout='constrained'
    )
    panels = drawing.subplots(len(fits), 1, sharex=True, squeeze=False)
    for axes, (label, found) in zip(panels[:, 0], stops.items(), strict=True):
        count = len(fits[label])
        _panel(axes, found, f'{label}, {count} image{"s" * (count != 1)}')
    panels[-1, 0].set_xlabel('gap to the oracle / dB (bar: mean)')
    drawing.savefig(path, dpi=100, metadata={'Software': None})
    return True


def _panel(axes: Any, stops: Mapping[str, Sequence[Stop]], title: str) -> None:
    names = list(stops)
    for height, name in enumerate(reversed(names)):
        colour = _COLOURS[names.index(name) % len(_COLOURS)]
        gaps = [one.gap for one in stops[name]]
        axes.plot(
            gaps, [height] * len(gaps), 'o', color=colour, alpha=0.5, ms=5
        )
        mean = sum(gaps) / len(gaps)
        axes.plot(
            [mean, mean], [height - 0.3, height + 0.3], color=colour, lw=2
        )
    axes.set_yticks(range(len(names)), list(reversed(names)), fontsize=8)
    axes.set_title(title, fontsize=9)
    axes.grid(axis='x', alpha=0.3)

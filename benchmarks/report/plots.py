"""Plots of stored figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.methods import LABELS, Method
from benchmarks.results import Record

_OURS, _PEERS = '#c2410c', '#475569'
_COLOURS = ('#c2410c', '#0f766e', '#4338ca', '#a16207', '#475569')


def _panels(*size: float, columns: int = 1) -> Any:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=size, layout='constrained')
    panels = drawing.subplots(1, columns, squeeze=False)
    for axes in panels.flat:
        axes.grid(alpha=0.3)
    return drawing, panels.ravel()


def _save(drawing: Any, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.savefig(path, dpi=100, metadata={'Software': None})
    return path


def plot_quality_and_cost(
    chosen: Any, methods: Sequence[Method], title: str, path: Path
) -> Path | None:
    """Mean PSNR against mean time, one point for each finished method.

    The untouched input, which takes no time, is left out.
    """
    points = []
    for method in methods:
        seconds = chosen.mean(method.name, 'seconds')
        decibels = chosen.mean(method.name, 'psnr')
        if decibels is not None and seconds > 0.01:
            colour = _OURS if method.ours else _PEERS
            points.append((seconds, decibels, method.label, colour))
    if not points:
        return None
    drawing, (axes,) = _panels(6, 4)
    for index, (seconds, decibels, label, colour) in enumerate(sorted(points)):
        axes.plot(seconds, decibels, 'o', color=colour)
        # Ours on the left, peers above and below in turn: all stay legible.
        offset: dict[str, Any] = {'xytext': (5, 5 if index % 2 else -11)}
        if colour == _OURS:
            offset = {'xytext': (-6, 4), 'ha': 'right'}
        style = {'textcoords': 'offset points', 'color': colour, 'fontsize': 8}
        axes.annotate(label, (seconds, decibels), **offset, **style)
    axes.set(xscale='log', xlabel='time / s', ylabel='PSNR / dB', title=title)
    axes.margins(x=0.3, y=0.15)
    return _save(drawing, path)


def plot_gaps(watched: Sequence[Record], path: Path) -> Path | None:
    """How far the automatic results are from their oracles."""
    methods = {one['method'] for one in watched}
    if not methods:
        return None
    drawing, (left, right) = _panels(9, 3.6, columns=2)
    ordered = filter(methods.__contains__, LABELS)
    for name, colour in zip(ordered, _COLOURS, strict=False):
        fits = [one for one in watched if one['method'] == name]
        label = f'{LABELS[name]}, {len(fits)} fits'
        gaps = [one['oracle'] - one['automatic'] for one in fits]
        ran = [one['iterations'] / one['oracle_iteration'] for one in fits]
        left.ecdf(gaps, label=label, color=colour)
        right.ecdf(ran, label=label, color=colour)
    left.set(xlabel='gap to the oracle / dB', ylabel='share of fits')
    right.set(xlabel='iterations run / iteration of the oracle')
    left.legend(fontsize=7, loc='center right')
    return _save(drawing, path)

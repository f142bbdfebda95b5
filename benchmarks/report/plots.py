"""Plots of stored figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.methods import Method
from benchmarks.report.tables import Selection, cost, figure

_OURS = '#c2410c'
_PEERS = '#475569'


def plot_quality_and_cost(
    chosen: Selection, methods: Sequence[Method], title: str, path: Path
) -> bool:
    """Mean PSNR against mean time, one point for each finished method.

    Returns
    -------
    bool
        Whether there was anything to draw.
    """
    points = [
        (
            method,
            chosen.mean(method.name, chosen.names(), cost('wall_time_s')),
            chosen.mean(method.name, chosen.names(), figure('psnr')),
        )
        for method in methods
    ]
    finished = [point for point in points if None not in point]
    if not finished:
        return False
    _draw(finished, title, path)
    return True


def _draw(
    points: Sequence[tuple[Method, float, float]], title: str, path: Path
) -> None:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(6, 4), layout='constrained')
    axes = drawing.subplots()
    for method, seconds, decibels in points:
        colour = _OURS if method.ours else _PEERS
        axes.plot(max(seconds, 0.01), decibels, 'o', color=colour)
        axes.annotate(
            method.label,
            (max(seconds, 0.01), decibels),
            xytext=(5, 3),
            textcoords='offset points',
            color=colour,
            fontsize=8,
        )
    axes.set(xscale='log', xlabel='time / s', ylabel='PSNR / dB', title=title)
    axes.margins(x=0.25, y=0.1)
    axes.grid(alpha=0.3)
    drawing.savefig(path, dpi=100, metadata={'Software': None})

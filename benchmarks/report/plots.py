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

    The untouched input, which takes no time, is left out.

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
    finished = sorted(
        (point for point in points if None not in point and point[1] > 0.01),
        key=lambda point: point[1],
    )
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
    for index, (method, seconds, decibels) in enumerate(points):
        colour = _OURS if method.ours else _PEERS
        axes.plot(seconds, decibels, 'o', color=colour)
        axes.annotate(
            method.label,
            (seconds, decibels),
            # Above and below in turn, so that neighbours stay legible.
            xytext=(5, 5 if index % 2 else -11),
            textcoords='offset points',
            color=colour,
            fontsize=8,
        )
    axes.set(xscale='log', xlabel='time / s', ylabel='PSNR / dB', title=title)
    axes.margins(x=0.3, y=0.15)
    axes.grid(alpha=0.3)
    drawing.savefig(path, dpi=100, metadata={'Software': None})

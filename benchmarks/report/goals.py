"""What was asked of time and memory, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.report.tables import NOT_RUN, markdown
from benchmarks.results import Record
from benchmarks.speed.names import CALLS

#: Record of each part and name.
Found = dict[tuple[str, str], Record]

_ITERATION = 'denoise balanced, 512²'
_SCAN = 'denoise balanced, 4096²'


def by_job(records: Sequence[Record]) -> Found:
    """Sort records by part and name of the measurement."""
    return {(r['method'], r['case']): r for r in records}


def figures_of(found: Found, part: str, name: str) -> dict[str, Any] | None:
    """Figures of a measurement; None where there are none."""
    record = found.get((part, name))
    return None if record is None else record['figures']


def published_seconds(one: dict[str, Any]) -> float:
    """Seconds of the published recipe, extrapolated."""
    seconds: float = one['published_iteration'] * one['published_iterations']
    return seconds


def of_peak(one: dict[str, Any], dtype: str) -> float:
    """Part of the rate of a large product that an iteration reaches."""
    rate = one['flop'] / one['seconds']
    return float(rate / one['peaks'][dtype])


def goals(found: Found, on_gpu: Found) -> str:
    """Table of what was asked for.

    Parameters
    ----------
    found, on_gpu : dict
        Records of the CPU, and of a GPU.
    """
    fast, balanced, colour = (figures_of(found, 'calls', c) for c in CALLS)
    iteration = figures_of(found, 'iterations', _ITERATION)
    scan = figures_of(found, 'sizes', _SCAN)
    gpu = figures_of(on_gpu, 'calls', 'FMD Confocal_MICE, balanced')
    gpu_iteration = figures_of(on_gpu, 'iterations', _ITERATION)
    gap = None
    if fast and balanced:
        gap = {'gap': balanced['psnr'] - fast['psnr']}
    rows = [
        (
            '512×512 grey, balanced, against the published recipe',
            ('60×', '200×'),
            _cell(balanced, _gain),
        ),
        ('the same, seconds', ('120', '40'), _cell(balanced, _seconds)),
        ('fast on the same, seconds', ('30', '10'), _cell(fast, _seconds)),
        (
            'fast below balanced, dB',
            ('0.7', ''),
            _cell(gap, lambda one: one['gap'], digits=2),
        ),
        (
            '512×768 RGB, σ 25, balanced, seconds',
            ('360', '120'),
            _cell(colour, _seconds),
        ),
        (
            'first useful preview, seconds',
            ('5', '2'),
            _cell(balanced, lambda one: one['preview']),
        ),
        (
            'fraction of the peak, a float32 product, balanced, %',
            ('40', '60'),
            _cell(iteration, lambda one: 100 * of_peak(one, 'float32')),
        ),
        (
            'the same, a product in the format of the fit, %',
            ('', ''),
            _cell(iteration, lambda one: 100 * of_peak(one, one['dtype'])),
        ),
        (
            'memory of the whole process, 4096×4096 grey, GB',
            ('8', '4'),
            _cell(scan, lambda one: one['total_memory'] / 1e9),
        ),
        (
            'on a GPU: 512×512 grey, balanced, seconds',
            ('3', '1'),
            _cell(gpu, _seconds),
        ),
        (
            'on a GPU: the same, against the published recipe',
            ('15×', '40×'),
            _cell(gpu, _gain),
        ),
        (
            'on a GPU: kernel time by wall time, balanced, %',
            ('90', '97'),
            _cell(gpu_iteration, lambda one: 100 * one['busy']),
        ),
    ]
    head = ['measure', 'must', 'aim', 'measured']
    return markdown(
        head, [[name, *wanted, cell] for name, wanted, cell in rows]
    )


def _gain(one: dict[str, Any]) -> float:
    return published_seconds(one) / _seconds(one)


def _seconds(one: dict[str, Any]) -> float:
    seconds: float = one['seconds']
    return seconds


def _cell(
    one: dict[str, Any] | None,
    read: Callable[[dict[str, Any]], float],
    digits: int = 1,
) -> str:
    return NOT_RUN if one is None else f'{read(one):.{digits}f}'

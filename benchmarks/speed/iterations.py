"""One iteration of each network: its work, its time, and the limit."""

from __future__ import annotations

from collections import deque
from itertools import islice
from statistics import median
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.speed.busy import busy
from benchmarks.speed.clock import seconds
from benchmarks.speed.inputs import make_input
from benchmarks.speed.names import ITERATIONS
from benchmarks.speed.peaks import copy_rate, product_rate, wait
from benchmarks.speed.traffic import Traffic
from napari_dip.device.choice import has_fast_bfloat16, resolve_device
from napari_dip.presets.options import Options
from napari_dip.session.base import Restoration

_WARM_UP = 2
_SECONDS = 6.0
_LEAST, _MOST = 3, 60
# Watched by the profiler; with those before fewer than any preset has.
_WATCHED = 20


def measure(name: str, device: str) -> dict[str, Any]:
    """FLOP, bytes and seconds of an iteration, and the machine's peaks.

    Of a GPU also which part of the time it was kept busy.
    """
    where = resolve_device(device)
    session = start(*ITERATIONS[name], device)
    for _ in range(_WARM_UP):
        next(session)
    flops = FlopCounterMode(display=False)
    with flops:
        next(session)
    with Traffic() as traffic:
        next(session)
    taken = iteration_seconds(session, where)
    kept_busy = None
    if where.type == 'cuda':
        kept_busy = busy(lambda: deque(islice(session, _WATCHED), 0), where)
    fast = session.brief.settings.fit.precision == 'auto'
    bfloat16 = fast and has_fast_bfloat16(where)
    session.close()
    return {
        'flop': flops.get_total_flops(),
        'bytes': traffic.bytes,
        'seconds': taken,
        'busy': kept_busy,
        'dtype': 'bfloat16' if bfloat16 else 'float32',
        'peaks': {
            'float32': product_rate(where, torch.float32),
            'bfloat16': product_rate(where, torch.bfloat16)
            if has_fast_bfloat16(where)
            else None,
            'copy': copy_rate(where),
        },
    }


def start(
    kind: str,
    preset: str,
    side: int,
    device: str,
    max_num_iter: int | None = None,
) -> Restoration:
    """Start on noise."""
    options = Options(preset, device=device, max_num_iter=max_num_iter)
    return make_input(kind, side).start(options)


def iteration_seconds(session: Restoration, device: torch.device) -> float:
    """Median over iterations of a few seconds, each waited for."""
    taken: list[float] = []
    while len(taken) < _LEAST or (
        sum(taken) < _SECONDS and len(taken) < _MOST
    ):
        wait(device)
        begin = seconds(device)
        next(session)
        wait(device)
        taken.append(seconds(device) - begin)
    return median(taken)

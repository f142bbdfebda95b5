"""Forecasts beside what the calls then took."""

from __future__ import annotations

import time
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.speed.clock import is_processor, seconds
from benchmarks.speed.inputs import make_input
from benchmarks.speed.iterations import start
from benchmarks.speed.names import FORECASTS
from benchmarks.speed.watch import MemoryWatch
from napari_dip.session.run import run
from napari_dip.tasks import forecast as module
from napari_dip.tasks.forecast import Forecast, forecast

# Forecast and call are repeated in turn up to so often, and for so many
# seconds: how fast a machine is may change by half within a minute.
_ROUNDS, _TIME = 5, 90


def measure(name: str, device: str) -> dict[str, Any]:
    """Seconds and bytes told, then taken."""
    kind, preset, side = FORECASTS[name]
    warm = start('denoise', 'fast', 64, device)
    next(warm)
    warm.close()
    return compare(kind, preset, side, device)


def compare(
    kind: str,
    preset: str,
    side: int,
    device: str,
    max_num_iter: int | None = None,
) -> dict[str, Any]:
    """Forecast a call and measure it, over and over where that is soon done.

    Seconds are medians; memory is of the first time, after which the process
    keeps some.
    """
    begin = seconds(device)
    rounds = [_compare_once(kind, preset, side, device, max_num_iter)]
    while len(rounds) < _ROUNDS and seconds(device) - begin < _TIME:
        rounds.append(_compare_once(kind, preset, side, device, max_num_iter))
    return {
        **rounds[0],
        'forecast': median(one['forecast'] for one in rounds),
        'seconds': median(one['seconds'] for one in rounds),
        'rounds': len(rounds),
    }


def _compare_once(
    kind: str,
    preset: str,
    side: int,
    device: str,
    max_num_iter: int | None,
) -> dict[str, Any]:
    told = tell(kind, preset, side, device, max_num_iter)
    with MemoryWatch(device) as memory:
        begin = seconds(device)
        session = start(kind, preset, side, device, max_num_iter)
        run(session)
        taken = seconds(device) - begin
    done = session.progress
    return {
        'forecast': told.seconds,
        'seconds': taken,
        'memory_forecast': told.memory,
        'memory': memory.grown,
        'total_memory': memory.peak,
        'iterations': [done.iteration, done.num_iter],
    }


def tell(
    kind: str,
    preset: str,
    side: int,
    device: str,
    max_num_iter: int | None = None,
) -> Forecast:
    """Forecast by the clock that the call is measured with."""
    given = make_input(kind, side)
    clock = time.process_time if is_processor(device) else time.perf_counter
    # Each round measures the speed that the machine has then.
    module.measure_speed.cache_clear()
    with patch.object(module.time, 'perf_counter', clock):
        return forecast(
            given.task,
            given.image.shape,
            image=given.image,
            mask=given.mask,
            factor=given.factor,
            preset=preset,
            device=device,
            max_num_iter=max_num_iter,
        )

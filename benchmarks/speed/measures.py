"""Seconds and MB of iterations, calls, large images and forecasts."""

from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import engine
from benchmarks.cases import Problem
from benchmarks.datasets.folder import find_case
from benchmarks.datasets.sets import Task
from benchmarks.scores import psnr
from benchmarks.speed import seams, work
from benchmarks.speed.work import make_problem, seconds, warm_up
from napari_dip.session.run import run
from napari_dip.tasks.forecast import forecast

Figures = dict[str, Any]

# A preview is useful once it is so many decibels below the result. The viewer
# shows one every so many seconds at most, in this part of the time.
_USEFUL, _INTERVAL, _SHARE = 3.0, 0.2, 0.15
# Iterations of each tile of an inpainted image: enough for time and memory.
_FEW = 8
_TILE = 512


def iterations(kind: str, preset: str, side: int, device: str) -> Figures:
    """Work and time of an iteration."""
    session = engine.start(*make_problem(kind, side), preset, device=device)
    next(session)
    with FlopCounterMode(display=False) as flops:
        next(session)
    taken = work.iteration_seconds(session, device)
    session.close()
    return {'gflop': flops.get_total_flops() / 1e9, 'ms': 1e3 * taken}


def calls(
    collection: str, name: str, preset: str, data: Path, device: str
) -> Figures:
    """Seconds and PSNR of a call; seconds of a published iteration."""
    problem = find_case(data, collection, name).load()
    options = {'preset': preset, 'device': device}
    warm_up(device)
    figures, result, session = call('denoise', problem, options)
    decibels = psnr(result, problem.truth, 255)
    published = engine.start('denoise', problem, 'ulyanov2018', device=device)
    next(published)
    return {
        'seconds': figures['seconds'],
        'psnr': decibels,
        'iterations': session.progress.iteration,
        'preview': preview(problem, decibels - _USEFUL, options),
        'published_iteration': work.iteration_seconds(published, device),
        'published_iterations': published.brief.settings.fit.num_iter,
    }


def preview(
    problem: Problem, wanted: float, options: dict[str, str]
) -> float | None:
    """Seconds to the first preview that good, shown as the viewer does."""
    device = options['device']
    begin, due = seconds(device), 0.0
    session = engine.start('denoise', problem, **options)
    for _ in session:
        start = seconds(device)
        if start >= due:
            decibels = psnr(session.preview(), problem.truth, 255)
            end = seconds(device)
            if decibels >= wanted:
                return end - begin
            due = end + max(_INTERVAL, (end - start) / _SHARE)
    return None


def forecasts(
    kind: str, preset: str, side: int, limits: dict[str, Any], device: str
) -> Figures:
    """Seconds and MB taken and told."""
    warm_up(device)
    options = {'preset': preset, 'device': device, **limits}
    return compare(*make_problem(kind, side), options)[0]


def compare(
    task: Task, problem: Problem, options: dict[str, Any]
) -> tuple[Figures, Any]:
    """Measure a call and forecast it; its figures and its result."""
    given = engine.arguments(problem)
    if task == 'denoise':  # Its settings follow from the noise.
        given['image'] = problem.image
    # First: a forecast takes some of the memory that a call takes.
    figures, result, session = call(task, problem, options)
    clock = partial(seconds, options['device'])
    with patch('napari_dip.forecast.work.now', clock):
        told = forecast(task, problem.image.shape, **given, **options)
    done, memory = session.progress, told.memory / 1e6
    # Of a fit that stopped early, the rest is made up for.
    planned = figures['seconds'] * done.num_iter / done.iteration
    figures |= {'forecast': told.seconds, 'ratio': told.seconds / planned}
    figures |= {'memory_forecast': memory, 'rounds': 1}
    if figures['memory']:
        figures['memory_ratio'] = memory / figures['memory']
    return figures, result


def call(
    task: Task, problem: Problem, options: dict[str, Any]
) -> tuple[Figures, Any, Any]:
    """Cost of a call in seconds and MB, its result and its session."""
    device = options['device']
    before, begin = work.peak(device), seconds(device)
    session = engine.start(task, problem, **options)
    result = run(session)
    taken, after = seconds(device) - begin, work.peak(device)
    done = session.progress
    iterations = f'{done.iteration} of {done.num_iter}'
    figures = {'seconds': taken, 'iterations': iterations}
    figures |= {'memory': after - before, 'total_memory': after}
    return figures, result, session


def sizes(
    kind: str, preset: str, side: int, pictures: Path, device: str
) -> Figures:
    """Seconds and peak memory, and whether tiles leave a seam."""
    warm_up(device)
    options: dict[str, Any] = {'preset': preset, 'device': device}
    if kind.startswith('tiled '):
        holes = kind.removeprefix('tiled ')
        path = pictures / f'tiles-{holes}.png'
        return tiled(seams.missing(holes, side), options, path)
    if kind != 'denoise':
        # An enlargement learns from as many windows whatever the size, so
        # that only a whole call tells how the two grow together.
        few = {} if kind == 'enlarge' else {'max_num_iter': _FEW}
        return compare(*make_problem(kind, side), options | few)[0]
    truth = seams.texture(side)
    noisy = np.random.default_rng(1).poisson(truth).astype(np.uint16)
    figures, result = compare('denoise', Problem(noisy), options)
    figures['psnr'] = psnr(result, truth, seams.PEAK)
    if side > _TILE:
        figures['seam'] = seams.seam(result, truth, (_TILE, _TILE))
        if side == 2 * _TILE:
            path = pictures / 'tiles.png'
            seams.show(result, truth, _TILE, path, noisy)
    return figures


def tiled(
    missing: Any, options: dict[str, Any], path: Path, tile: int = 384
) -> Figures:
    """Seams of small tiles, beside the same image fitted at once."""
    truth = seams.texture(len(missing))
    problem = Problem(np.where(missing, 0, truth), mask=missing)
    figures, result, session = call(
        'inpaint', problem, options | {'tile': tile}
    )
    at_once = options | {'tile': len(missing)}
    whole = run(engine.start('inpaint', problem, **at_once))
    borders = seams.borders_of(session.record().tiles)
    seams.show(result, truth, borders[0], path)
    given = result, truth, borders, missing
    return figures | {
        'psnr': psnr(result[missing], truth[missing], seams.PEAK),
        'psnr_at_once': psnr(whole[missing], truth[missing], seams.PEAK),
        'seam': seams.seam(*given),
        'seam_beside_whole': seams.seam(*given, whole),
    }

"""Seconds and MB of iterations, calls, large images and forecasts."""

import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import engine
from benchmarks.cases import Problem, Task
from benchmarks.datasets.folder import data_folder, find_case
from benchmarks.machine import memory_in_use, peak_memory
from benchmarks.results import Record
from benchmarks.runner import Job
from benchmarks.scores import psnr
from benchmarks.speed import PARTS, seams
from napari_dip.device.choice import resolve_device
from napari_dip.session.base import run
from napari_dip.tasks.forecast import forecast

Figures = dict[str, Any]
Words = list[str] | None

# Where the pictures of seams go.
_PICTURES = Path('docs/benchmarks')
# A preview is useful once it is so many decibels below the result. The viewer
# shows one every so many seconds at most, in this part of the time.
_USEFUL, _INTERVAL, _SHARE = 3.0, 0.2, 0.15
# Iterations of each tile of an inpainted image: enough for time and memory.
_FEW = 8
_TILE, _FACTOR = 512, 4
# Seconds and number of iterations that are timed at least.
_SECONDS, _LEAST = 6.0, 3


def jobs(
    parts: Words, only: Words, data: Path | None, device: str
) -> list[Job]:
    """Measurements of some parts whose name contains one of `only`."""
    where = str(resolve_device(device))
    # Figures of a GPU replace none of the CPU.
    suffix = '' if where == 'cpu' else f' on {where}'
    found = []
    for part in parts or PARTS:
        if part not in PARTS:
            known = ', '.join(PARTS)
            raise ValueError(f'There is no part {part!r}; there are {known}.')
        more = [data_folder(data)] if part == 'calls' else []
        for name, what in PARTS[part].items():
            if any(text in name for text in only or ['']):
                names = 'speed', name + suffix, part
                given = part, [*what, *more], where
                found.append(Job('speed', names, measure, given))
    return found


def measure(part: str, what: list[Any], device: str) -> Record:
    """Figures of one measurement, once all libraries are loaded."""
    session = engine.start(*make_problem('denoise', 64), 'fast', device=device)
    next(session)
    session.close()
    return {'figures': globals()[part](*what, device), 'device': device}


def iterations(kind: str, preset: str, side: int, device: str) -> Figures:
    """Work and time of an iteration."""
    session = engine.start(*make_problem(kind, side), preset, device=device)
    next(session)
    with FlopCounterMode(display=False) as flops:
        next(session)
    taken = iteration_seconds(session, device)
    session.close()
    return {'gflop': flops.get_total_flops() / 1e9, 'ms': 1e3 * taken}


def calls(
    collection: str, name: str, preset: str, data: Path, device: str
) -> Figures:
    """Seconds and PSNR of a call; seconds of a published iteration."""
    problem = find_case(data, collection, name).load()
    options = {'preset': preset, 'device': device}
    figures, result, session = call('denoise', problem, options)
    decibels = psnr(result, problem.truth, 255)
    published = engine.start('denoise', problem, 'ulyanov2018', device=device)
    next(published)
    return {
        'seconds': figures['seconds'],
        'psnr': decibels,
        'iterations': session.progress.iteration,
        'preview': preview(problem, decibels - _USEFUL, options),
        'published_iteration': iteration_seconds(published, device),
        'published_iterations': published.brief.settings.fit.num_iter,
    }


def preview(
    problem: Problem, wanted: float, options: dict[str, str]
) -> float | None:
    """Seconds to the first preview that good, shown as the viewer does."""
    clock = partial(seconds, options['device'])
    begin, due = clock(), 0.0
    session = engine.start('denoise', problem, **options)
    for _ in session:
        start = clock()
        if start >= due:
            decibels = psnr(session.preview(), problem.truth, 255)
            end = clock()
            if decibels >= wanted:
                return end - begin
            due = end + max(_INTERVAL, (end - start) / _SHARE)
    return None


def forecasts(
    kind: str, preset: str, side: int, limits: dict[str, Any], device: str
) -> Figures:
    """Seconds and MB taken and told."""
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
    before, begin = held(device), seconds(device)
    session = engine.start(task, problem, **options)
    result = run(session)
    taken, after = seconds(device) - begin, peak(device)
    done = session.progress
    iterations = f'{done.iteration} of {done.num_iter}'
    figures = {'seconds': taken, 'iterations': iterations}
    figures |= {'memory': after - before, 'total_memory': after}
    return figures, result, session


def sizes(kind: str, preset: str, side: int, device: str) -> Figures:
    """Seconds and peak memory, and whether tiles leave a seam."""
    options: dict[str, Any] = {'preset': preset, 'device': device}
    if kind.startswith('tiled '):
        holes = kind.removeprefix('tiled ')
        path = _PICTURES / f'tiles-{holes}.png'
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
        seams.show(result, truth, _TILE, _PICTURES / 'tiles.png', noisy)
    return figures


def tiled(
    missing: Any, options: dict[str, Any], path: Path, tile: int = 384
) -> Figures:
    """Seams of small tiles, beside the same image fitted at once."""
    truth = seams.texture(len(missing))
    problem = Problem(np.where(missing, 0, truth), mask=missing)
    given = 'inpaint', problem
    figures, result, session = call(*given, options | {'tile': tile})
    whole = run(engine.start(*given, **options, tile=len(missing)))
    borders = seams.borders_of(session.record().tiles)
    seams.show(result, truth, borders[0], path)
    for name, one in (('psnr', result), ('psnr_at_once', whole)):
        figures[name] = psnr(one[missing], truth[missing], seams.PEAK)
    about = result, truth, borders, missing
    figures['seam'] = seams.seam(*about)
    return figures | {'seam_beside_whole': seams.seam(*about, whole)}


def make_problem(kind: str, side: int) -> tuple[Task, Problem]:
    """A ramp in noise, whose result has so many pixels along a side."""
    # An iteration costs the same whatever it sees, but noise would be binned.
    generator = np.random.default_rng(0)
    light = np.tile(np.linspace(20, 80, side), (side, 1))
    image: NDArray[Any] = generator.poisson(light).astype(np.uint16)
    if kind == 'denoise':
        return 'denoise', Problem(image)
    if kind == 'correlated':
        return 'denoise', Problem(gaussian_filter(image.astype(float), 1.0))
    if kind == 'enlarge':
        small = image[: side // _FACTOR, : side // _FACTOR]
        return 'super_resolve', Problem(small, factor=_FACTOR)
    mask = np.zeros(image.shape, bool)
    if kind == 'scattered':
        mask = generator.random(image.shape) < 0.5
    elif kind == 'scratch':
        mask[side // 3 : side // 3 + 6, side // 3 : side // 2] = True
    else:
        # Some lines in every tile of a large one.
        mask[np.arange(side) % 64 >= 56] = True
    return 'inpaint', Problem(image, mask=mask)


def seconds(device: str = 'cpu') -> float:
    """Seconds since some moment, once the device has done its work.

    On one thread of the CPU that is processor time, which other work on the
    machine does not lengthen; otherwise it is the clock on the wall.
    """
    if device.startswith('cuda'):
        torch.cuda.synchronize(device)
    elif device == 'mps':
        torch.mps.synchronize()
    alone = torch.get_num_threads() == 1 and device == 'cpu'
    return time.process_time() if alone else time.monotonic()


def iteration_seconds(session: Any, device: str) -> float:
    """Median over iterations of a few seconds."""
    taken: list[float] = []
    while len(taken) < _LEAST or sum(taken) < _SECONDS:
        begin = seconds(device)
        next(session)
        taken.append(seconds(device) - begin)
    return median(taken)


def held(device: str) -> float:
    """Memory in use now in MB, of the process or of the GPU."""
    gpu = device.startswith('cuda')
    used = torch.cuda.memory_allocated() if gpu else memory_in_use()
    return used / 1e6


def peak(device: str) -> float:
    """Greatest memory so far in MB, of the process or of the GPU."""
    gpu = device.startswith('cuda')
    used = torch.cuda.max_memory_allocated() if gpu else peak_memory()
    return used / 1e6

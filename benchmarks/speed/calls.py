"""Whole calls on real scenes, beside the published recipe's iteration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Problem
from benchmarks.datasets import find_case
from benchmarks.scores import psnr
from benchmarks.speed.clock import seconds
from benchmarks.speed.iterations import iteration_seconds
from benchmarks.speed.names import CALLS
from napari_dip.device.choice import resolve_device
from napari_dip.presets.options import Options
from napari_dip.session.run import run
from napari_dip.session.session import Session
from napari_dip.tasks.denoise import start_denoising

_USEFUL = 3.0
# The viewer shows this many a second at most, in this part of the time.
_INTERVAL, _SHARE = 0.2, 0.15


def measure(name: str, data: Path, device: str) -> dict[str, Any]:
    """Seconds and PSNR of a call; seconds of a published iteration."""
    collection, scene, preset = CALLS[name]
    problem = find_case(data, collection, scene).load()
    # The first iteration of a process loads kernels.
    next(_start(problem, 'fast', device))
    call = _call(problem, preset, device)
    published = _start(problem, 'ulyanov2018', device)
    next(published)
    iteration = iteration_seconds(published, resolve_device(device))
    return {
        **call,
        'shape': list(problem.image.shape),
        'preset': preset,
        'published_iteration': iteration,
        'published_iterations': published.brief.settings.fit.num_iter,
    }


def _call(problem: Problem, preset: str, device: str) -> dict[str, Any]:
    begin = seconds(device)
    session = _start(problem, preset, device)
    result, info = run(session, return_info=True)
    taken = seconds(device) - begin
    decibels = psnr(result, problem.truth, 255)
    useful = decibels - _USEFUL
    return {
        'seconds': taken,
        'psnr': decibels,
        'iterations': info.iterations,
        'reason': info.reason_text,
        'preview': _first_preview(problem, preset, device, useful),
    }


def _first_preview(
    problem: Problem, preset: str, device: str, wanted: float
) -> float | None:
    """Seconds to the first preview that good, shown as the viewer does."""
    begin = seconds(device)
    session = _start(problem, preset, device)
    due = 0.0
    for _ in session:
        start = seconds(device)
        if start < due:
            continue
        preview = session.preview()
        end = seconds(device)
        due = end + max(_INTERVAL, (end - start) / _SHARE)
        if psnr(preview, problem.truth, 255) >= wanted:
            return end - begin
    return None


def _start(problem: Problem, preset: str, device: str) -> Session:
    return start_denoising(
        np.asarray(problem.image),
        channel_axis=problem.channel_axis,
        options=Options(preset=preset, device=device),
    )

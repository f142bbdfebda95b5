"""From OME-Zarr to OME-Zarr: planes are written as they are made."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np

from napari_dip.cli.job import Job
from napari_dip.cli.messages import (
    ArgumentError,
    about,
    engine_problems,
    in_options,
    load_engine,
    shown,
)
from napari_dip.cli.monitor import open_monitor
from napari_dip.cli.process import Interrupt
from napari_dip.cli.report import encode_report
from napari_dip.images.stacks.stack import Stack, check_axes, settle_stack
from napari_dip.io.errors import FileError
from napari_dip.io.files.destinations import check_space
from napari_dip.io.ome_zarr import ZarrImage, create_zarr, is_zarr, read_zarr
from napari_dip.session.progress import preparing
from napari_dip.session.series.target import OnDisk


def restore_zarr(
    job: Job, say: Callable[[str], None], interrupt: Interrupt
) -> int:
    """Restore a folder; returns the exit status.

    A run that is interrupted keeps the planes that it has finished; the
    others are NaN.

    Raises
    ------
    ArgumentError
        If an argument or a folder is at fault.
    KeyboardInterrupt
        After a second signal, or one before the first iteration.
    """
    _check(job)
    with about('INPUT', job.input), engine_problems(job.names):
        image = read_zarr(job.input)
        stack = _axes(job, image)
    made: list[Any] = []

    def target(shape: tuple[int, ...]) -> OnDisk:
        with about('OUTPUT', job.output):
            if job.output.exists():
                shutil.rmtree(job.output)
            check_space(job.output, 4 * math.prod(shape))
            factors = [_factor(job, letter) for letter in stack.letters]
            made.append(
                create_zarr(job.output, shape, stack.letters, image, factors)
            )
        return OnDisk(made[0])

    load_engine()
    with (
        engine_problems(job.names),
        open_monitor(job.title, quiet=job.quiet) as monitor,
    ):
        with preparing(monitor.show):
            session = job.start(
                image.data, job.channel_axis, stack.letters, target=target
            )
        try:
            interrupt.ask_first()
            interrupted = False
            for progress in session:
                monitor.show(progress)
                if interrupt.requested and not session.finished:
                    interrupted = True
                    monitor.note('Keeping the finished planes.')
                    session.stop()
            result, record = session.result(), session.record()
        finally:
            session.close()
        if not made:
            target(result.shape).array[...] = np.asarray(result)
        for note in record.notes:
            monitor.note(in_options(note))
    if job.report is not None:
        with about('--report', job.report):
            job.report.write_bytes(encode_report(job, record))
    if not job.quiet:
        size = ' × '.join(map(str, result.shape))
        say(f'{shown(job.output)}: {size} pixels; {record.reason_text}.')
    return interrupt.status if interrupted else 0


def _check(job: Job) -> None:
    for name, path in (('INPUT', job.input), ('OUTPUT', job.output)):
        if not is_zarr(path):
            raise ArgumentError(
                f'{name} ({shown(path)}): INPUT and OUTPUT are both OME-Zarr '
                'folders, or none is; choose a name that ends in .ome.zarr.'
            )
    if not job.input.is_dir():
        raise ArgumentError(
            f'INPUT ({shown(job.input)}): there is no such folder.'
        )
    for name, given in (
        ('--uncertainty', job.uncertainty),
        ('--dtype', job.dtype not in (None, 'float32')),
    ):
        if given:
            raise ArgumentError(
                f'{name}: an OME-Zarr is written as float32, without '
                'uncertainty; leave it out.'
            )
    with about('OUTPUT', job.output):
        if job.output.resolve() == job.input.resolve():
            raise FileError('it would replace INPUT; choose another name.')
        if not job.output.exists():
            return
        if not job.overwrite:
            raise FileError(
                'it exists; choose another name, or replace it with '
                '--overwrite.'
            )
        if not any(
            (job.output / one).exists()
            for one in ('zarr.json', '.zgroup', '.zarray')
        ):
            raise FileError('it is no Zarr, and is not replaced.')


def _axes(job: Job, image: ZarrImage) -> Stack:
    letters = image.letters
    if job.axes is not None:
        letters = check_axes(job.axes, image.data.shape)
    return settle_stack(image.data.shape, letters, job.channel_axis)


def _factor(job: Job, letter: str) -> float:
    return dict(zip('YX', job.factor[-2:], strict=True)).get(letter, 1)

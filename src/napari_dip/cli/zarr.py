"""From OME-Zarr or TIFF to OME-Zarr: planes are written as they are made."""

from __future__ import annotations

import json
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
from napari_dip.io.formats import Format, format_of
from napari_dip.io.ome_zarr import (
    ZarrImage,
    create_zarr,
    is_zarr,
    open_group,
    read_zarr,
)
from napari_dip.io.pyramid import add_pyramid
from napari_dip.io.tiff.lazy import open_tiff
from napari_dip.session.progress import Brief, preparing
from napari_dip.session.series.target import OnDisk

_TIFF = (Format.TIFF, Format.OME_TIFF)
# Attribute of a result.
_ASKED = 'napari-dip'


def restore_zarr(
    job: Job, say: Callable[[str], None], interrupt: Interrupt
) -> int:
    """Restore a folder; returns the exit status.

    A run that is interrupted keeps the planes that it has finished; the
    others are NaN, and ``--resume`` goes on with them.

    Raises
    ------
    ArgumentError
        If an argument or a folder is at fault.
    KeyboardInterrupt
        After a second signal, or one before the first iteration.
    """
    _check(job)
    with about('INPUT', job.input), engine_problems(job.names):
        read = read_zarr if is_zarr(job.input) else open_tiff
        image = read(job.input)
        stack = _axes(job, image)
    made: list[Any] = []

    def target(shape: tuple[int, ...]) -> OnDisk:
        with about('OUTPUT', job.output):
            made.append(_make(job, shape, stack, image))
        return OnDisk(made[0], resumed=job.resume)

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
            if made:
                _sign(job, made[0], session.brief)
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
        if not interrupted:
            add_pyramid(job.output)
        for note in record.notes:
            monitor.note(in_options(note))
    if job.report is not None:
        with about('--report', job.report):
            job.report.write_bytes(encode_report(job, record))
    if not job.quiet:
        size = ' × '.join(map(str, result.shape))
        say(f'{shown(job.output)}: {size} pixels; {record.reason_text}.')
    return interrupt.status if interrupted else 0


def _make(
    job: Job, shape: tuple[int, ...], stack: Stack, image: ZarrImage
) -> Any:
    """Make the array that planes are written to, or open that of before."""
    if job.resume:
        array = open_group(job.output)['0']
        if tuple(array.shape) != shape:
            raise FileError(
                f'it is {array.shape} and the result {shape}; leave '
                '--resume out.'
            )
        return array
    if job.output.exists():
        shutil.rmtree(job.output)
    check_space(job.output, 4 * math.prod(shape))
    factors = [_factor(job, letter) for letter in stack.letters]
    return create_zarr(job.output, shape, stack.letters, image, factors)


def _sign(job: Job, array: Any, brief: Brief) -> None:
    """Write down what was asked for; planes of one result had the same."""
    asked = json.loads(json.dumps(brief.arguments, default=str))
    asked = {'task': brief.task, 'input': job.input.name, **asked}
    for of_the_run in ('time_limit', 'device'):
        asked.pop(of_the_run, None)
    if array.attrs.get(_ASKED, asked) != asked:
        raise ArgumentError(
            f'--resume: OUTPUT ({shown(job.output)}) was made with other '
            'settings or of another INPUT; give those, or leave it out.'
        )
    array.attrs[_ASKED] = asked


def _check(job: Job) -> None:
    if not is_zarr(job.output) or not (
        is_zarr(job.input) or format_of(job.input) in _TIFF
    ):
        raise ArgumentError(
            f'OUTPUT ({shown(job.output)}): planes are written to an '
            'OME-Zarr folder one by one, of one or of TIFF; choose a name '
            'that ends in .ome.zarr, and such an INPUT.'
        )
    if is_zarr(job.input) and not job.input.is_dir():
        raise ArgumentError(
            f'INPUT ({shown(job.input)}): there is no such folder.'
        )
    for name, given in (
        ('--page or --series', job.choice.made),
        ('--uncertainty', job.uncertainty),
        ('--dtype', job.dtype not in (None, 'float32')),
    ):
        if given:
            raise ArgumentError(
                f'{name}: an OME-Zarr is written whole, as float32 and '
                'without uncertainty; leave it out.'
            )
    with about('OUTPUT', job.output):
        if job.output.resolve() == job.input.resolve():
            raise FileError('it would replace INPUT; choose another name.')
        if not job.output.exists():
            if job.resume:
                raise FileError('it is not there; leave --resume out.')
            return
        if not (job.overwrite or job.resume):
            raise FileError(
                'it exists; choose another name, replace it with '
                '--overwrite, or go on with the planes that it lacks with '
                '--resume.'
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
    letters = 'ZYX'[-len(job.factor) :]
    return dict(zip(letters, job.factor, strict=True)).get(letter, 1)

"""From OME-Zarr or TIFF to one of them, a plane at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
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
from napari_dip.io.errors import FileError, in_words
from napari_dip.io.files.destinations import check_space
from napari_dip.io.formats import Format, format_of
from napari_dip.io.ome_zarr import ZarrImage, in_planes, is_zarr, read_zarr
from napari_dip.io.rehearsal import check_writable
from napari_dip.io.stored import StoredImage
from napari_dip.io.tiff.lazy import as_zarr, open_tiff
from napari_dip.io.writing import write_image
from napari_dip.session.progress import preparing
from napari_dip.tasks.series.acquisition import has_room
from napari_dip.tasks.series.output import Output

_TIFF = (Format.TIFF, Format.OME_TIFF)
# An OME or ImageJ label is that of one plane.
_OF_PLANES = ('Labels',)


def is_large(job: Job) -> bool:
    """Whether a TIFF of many planes, read whole, would fill the memory."""
    is_tiff = all(format_of(p) in _TIFF for p in (job.input, job.output))
    if not is_tiff or job.choice.made or find_spec('zarr') is None:
        return False
    try:
        image = open_tiff(job.input)
    except FileError:
        # Told, or read, where it is read whole.
        return False
    letters, shape = image.axes, image.data.shape
    colours = dict(zip(letters, shape, strict=True)).get('S', 1)
    # An opacity is set aside of a whole image.
    plain = len(letters) > len('YX') and colours in (1, 3)
    return plain and not has_room(shape)


def restore_planes(
    job: Job, say: Callable[[str], None], interrupt: Interrupt
) -> int:
    """Restore a folder or a large file; returns the exit status.

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
    source = None
    with about('INPUT', job.input), engine_problems(job.names):
        if is_zarr(job.input):
            image = read_zarr(job.input)
        else:
            source = open_tiff(job.input)
            image = as_zarr(source)
        stack = _axes(job, image)
    output = None
    if is_zarr(job.output):
        output = Output(job.output, job.resume, job.overwrite, image)
    elif source is not None:
        source = _writable(job, source, stack)
    load_engine()
    with (
        engine_problems(job.names),
        open_monitor(job.title, quiet=job.quiet) as monitor,
    ):
        with preparing(monitor.show):
            session = job.start(
                image.data, job.channel_axis, stack.letters, output=output
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
        for note in record.notes:
            monitor.note(in_options(note))
    if source is not None and output is None:
        _write(job, source, result)
    if job.report is not None:
        with about('--report', job.report):
            job.report.write_bytes(encode_report(job, record))
    if not job.quiet:
        size = ' × '.join(map(str, result.shape))
        say(f'{shown(job.output)}: {size} pixels; {record.reason_text}.')
    return interrupt.status if interrupted else 0


def _writable(job: Job, source: StoredImage, stack: Stack) -> StoredImage:
    """Check that a TIFF can be written; leave out what it cannot hold."""
    needed = 4 * math.prod(stack.shape) * math.prod(job.factor)
    source = replace(source, axes=stack.letters)
    if job.planes is not None:
        source = replace(source, details=without_labels(source.details))
    with about('OUTPUT', job.output):
        check_space(job.output, needed)
        return check_writable(job.output, source, np.dtype('f4'))


def without_labels(details: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is said of each plane: the result has some of them."""
    return {k: v for k, v in details.items() if k not in _OF_PLANES}


def _write(job: Job, source: StoredImage, result: Any) -> None:
    """Write a result that lies on disk into a TIFF, a plane at a time."""
    data = in_planes(result, source.axes)
    image = source.restored(data, source.axes, job.factor)
    with about('OUTPUT', job.output):
        try:
            write_image(job.output, image, overwrite=job.overwrite)
        except OSError as error:
            raise FileError(
                f'it could not be written: {in_words(error)}; write an '
                'OME-Zarr, which keeps planes as they are made.'
            ) from error


def _check(job: Job) -> None:
    from_tiff = not is_zarr(job.input) and format_of(job.input) in _TIFF
    if not (from_tiff or (is_zarr(job.input) and is_zarr(job.output))):
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
                f'{name}: planes that are written one by one are all of a '
                'file, float32 and without uncertainty; leave it out.'
            )
    with about('OUTPUT', job.output):
        if job.output.resolve() == job.input.resolve():
            raise FileError('it would replace INPUT; choose another name.')


def _axes(job: Job, image: ZarrImage) -> Stack:
    letters = image.letters
    if job.axes is not None:
        letters = check_axes(job.axes, image.data.shape)
    return settle_stack(image.data.shape, letters, job.channel_axis)

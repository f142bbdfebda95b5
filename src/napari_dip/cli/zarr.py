"""From OME-Zarr or TIFF to OME-Zarr: planes are written as they are made."""

from __future__ import annotations

from collections.abc import Callable

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
from napari_dip.io.formats import Format, format_of
from napari_dip.io.ome_zarr import ZarrImage, is_zarr, read_zarr
from napari_dip.io.tiff.lazy import open_tiff
from napari_dip.session.progress import preparing
from napari_dip.tasks.series.output import Output

_TIFF = (Format.TIFF, Format.OME_TIFF)


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
    output = Output(job.output, job.resume, job.overwrite, image)
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
    if job.report is not None:
        with about('--report', job.report):
            job.report.write_bytes(encode_report(job, record))
    if not job.quiet:
        size = ' × '.join(map(str, result.shape))
        say(f'{shown(job.output)}: {size} pixels; {record.reason_text}.')
    return interrupt.status if interrupted else 0


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


def _axes(job: Job, image: ZarrImage) -> Stack:
    letters = image.letters
    if job.axes is not None:
        letters = check_axes(job.axes, image.data.shape)
    return settle_stack(image.data.shape, letters, job.channel_axis)

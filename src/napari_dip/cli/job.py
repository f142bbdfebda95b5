"""One restoration from file to file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.errors import ArgumentError, about, engine_problems
from napari_dip.cli.interrupt import Interrupt
from napari_dip.cli.monitor import Monitor, duration, open_monitor
from napari_dip.cli.report import write_report
from napari_dip.files.atomic import check_destination, check_space
from napari_dip.files.casting import round_and_clip
from napari_dip.files.errors import FileError, in_words
from napari_dip.files.formats import format_of, split_ending
from napari_dip.files.layout import Layout, settle
from napari_dip.files.reading import read_image
from napari_dip.files.stored import StoredImage
from napari_dip.files.writing import (
    DTYPES,
    choose_dtype,
    keeps_pixel_size,
    write_image,
)

if TYPE_CHECKING:
    from napari_dip.restoration.protocol import Restoration
    from napari_dip.restoration.record import Record

#: Starts a restoration, given the pixels and their channel axis.
Start = Callable[[NDArray[Any], int | None], 'Restoration']

#: Exit status after Ctrl-C, as the shell has it: 128 and the signal's number.
INTERRUPTED = 130


@dataclass(frozen=True)
class Job:
    """What to restore and where to.

    Parameters
    ----------
    title : str
        What is being done, for the progress bar.
    input, output : Path
        Files.
    start : callable
        Starts the restoration.
    mask : Path or None
        File of the missing pixels, for messages and the report.
    repeats : tuple of Path
        Files of further frames of the field, for the report.
    factor : tuple of int
        Rows and columns of the result for each of the image.
    channel_axis : int or None
        Axis of the channels among all axes of the file.
    dtype : str or None
        One of `DTYPES`; None leaves the choice to the format.
    report : Path or None
        File for the record.
    uncertainty : bool
        Whether to write the uncertainty too.
    overwrite, quiet : bool
        Whether files may be replaced, and nothing be printed.
    """

    title: str
    input: Path
    output: Path
    start: Start
    mask: Path | None = None
    repeats: tuple[Path, ...] = ()
    factor: tuple[int, int] = (1, 1)
    channel_axis: int | None = None
    dtype: str | None = None
    report: Path | None = None
    uncertainty: bool = False
    overwrite: bool = False
    quiet: bool = False

    @property
    def files_read(self) -> list[Path]:
        """Files whose pixels go in, which nothing may replace by chance."""
        mask = [] if self.mask is None else [self.mask]
        return [self.input, *mask, *self.repeats]

    @property
    def uncertainty_file(self) -> Path | None:
        """File for the uncertainty: PNG could not hold it."""
        if not self.uncertainty:
            return None
        stem, ending = split_ending(self.output)
        ending = '.tif' if ending.lower() == '.png' else ending
        return self.output.with_name(f'{stem}_uncertainty{ending}')


@dataclass(frozen=True)
class Outcome:
    """What a fit has given.

    Parameters
    ----------
    image : ndarray of float32
        The restored image.
    record : Record
        How it came about.
    interrupted : bool
        Whether it was ended by Ctrl-C.
    """

    image: NDArray[np.float32]
    record: Record
    interrupted: bool


def carry_out(job: Job, say: Callable[[str], None]) -> int:
    """Restore a file.

    Parameters
    ----------
    job : Job
        What to do.
    say : callable
        Takes a line for the user.

    Returns
    -------
    int
        Exit status: 0, or `INTERRUPTED` if the result was kept after Ctrl-C.

    Raises
    ------
    ArgumentError
        If an argument or a file is at fault. What can be known before the
        fit is found before the fit.
    KeyboardInterrupt
        After a second Ctrl-C, or one before the first iteration.
    """
    _check_destinations(job)
    source, layout = _read(job)
    dtype = _choose_dtype(job, source, layout)
    with Interrupt() as interrupt:
        outcome = _restore(job, source, layout, interrupt)
        result = _to_stored(job, source, layout, outcome.image)
        _save(job, result, dtype, outcome)
        _save_uncertainty(job, source, layout, outcome)
    for line in _summarise(job, result, outcome):
        say(line)
    return INTERRUPTED if outcome.interrupted else 0


def _check_destinations(job: Job) -> None:
    with about('OUTPUT', job.output):
        format_of(job.output)
        check_destination(job.output, overwrite=job.overwrite)
    _check_uncertainty_file(job)
    if job.report is None:
        return
    with about('--report', job.report):
        check_destination(job.report, overwrite=job.overwrite)
        taken = (job.output, job.uncertainty_file, *job.files_read)
        if job.report.resolve() in [p.resolve() for p in taken if p]:
            raise FileError(
                'the report would replace an image; choose another name.'
            )


def _check_uncertainty_file(job: Job) -> None:
    path = job.uncertainty_file
    if path is None:
        return
    with about('--uncertainty', path):
        check_destination(path, overwrite=job.overwrite)
        if path.resolve() in [p.resolve() for p in job.files_read]:
            raise FileError(
                'the uncertainty would replace an image; choose another name '
                'for OUTPUT.'
            )


def _read(job: Job) -> tuple[StoredImage, Layout]:
    with about('INPUT', job.input):
        source = read_image(job.input)
        _check_channel_axis(job, source)
        return source, settle(source, job.channel_axis)


def _check_channel_axis(job: Job, source: StoredImage) -> None:
    axis, ndim = job.channel_axis, source.data.ndim
    if axis is not None and not -ndim <= axis < ndim:
        raise ArgumentError(
            f'--channel-axis: {axis} is not an axis of INPUT ({job.input}), '
            f'which has {ndim} axes of lengths {source.data.shape}; choose '
            f'one from 0 to {ndim - 1}.'
        )


def _choose_dtype(
    job: Job, source: StoredImage, layout: Layout
) -> np.dtype[Any]:
    if job.dtype not in (None, *DTYPES):
        raise ArgumentError(
            f'--dtype: {job.dtype!r} is unknown; choose one of '
            f'{", ".join(DTYPES)}.'
        )
    with about('OUTPUT', job.output):
        dtype = choose_dtype(
            job.output, layout.restored_axes, source.data.dtype, job.dtype
        )
        pixels = source.data.size * job.factor[0] * job.factor[1]
        needed = pixels * dtype.itemsize
        if job.uncertainty:
            needed += pixels * np.dtype(np.float32).itemsize
        check_space(job.output, needed)
    return dtype


def _restore(
    job: Job, source: StoredImage, layout: Layout, interrupt: Interrupt
) -> Outcome:
    with (
        engine_problems(job.input, job.mask),
        open_monitor(job.title, quiet=job.quiet) as monitor,
    ):
        session = job.start(layout.squeeze(source.data), layout.channel_axis)
        try:
            if interrupt.requested:
                # There is no estimate yet that would be worth keeping.
                raise KeyboardInterrupt
            return _fit(session, monitor, interrupt)
        finally:
            session.close()


def _fit(
    session: Restoration, monitor: Monitor, interrupt: Interrupt
) -> Outcome:
    interrupted = False
    for progress in session:
        monitor.show(progress)
        if interrupt.requested and not session.finished:
            interrupted = True
            monitor.note('Keeping the best so far; Ctrl-C again discards it.')
            session.stop()
    image, record = session.result(), session.record()
    for note in record.notes:
        monitor.note(note)
    return Outcome(image, record, interrupted)


def _to_stored(
    job: Job,
    source: StoredImage,
    layout: Layout,
    image: NDArray[np.float32],
) -> StoredImage:
    return replace(
        source,
        data=layout.unsqueeze(image),
        axes=layout.axes,
        pixel_size=source.pixel_size.divided(*job.factor),
    )


def _save(
    job: Job, result: StoredImage, dtype: np.dtype[Any], outcome: Outcome
) -> None:
    with _rescued('OUTPUT', job.output, result.data):
        cast = replace(result, data=round_and_clip(result.data, dtype))
        write_image(job.output, cast, overwrite=job.overwrite)
    if job.report is None:
        return
    content = {**outcome.record.to_dict(), 'files': _files(job)}
    try:
        write_report(job.report, content, overwrite=job.overwrite)
    except OSError as error:
        raise ArgumentError(
            f'--report ({job.report}): it could not be written: '
            f'{in_words(error)}; the restored image is in {job.output}.'
        ) from error


def _files(job: Job) -> dict[str, Any]:
    """Names of the files, for the report."""
    files = {'input': job.input, 'mask': job.mask, 'output': job.output}
    names: dict[str, Any] = {k: str(path) for k, path in files.items() if path}
    if job.repeats:
        names['repeats'] = [str(path) for path in job.repeats]
    return names


def _save_uncertainty(
    job: Job, source: StoredImage, layout: Layout, outcome: Outcome
) -> None:
    path, uncertainty = job.uncertainty_file, outcome.record.uncertainty
    if path is None or uncertainty is None:
        return
    stored = _to_stored(job, source, layout, uncertainty)
    with _rescued('--uncertainty', path, stored.data):
        write_image(path, stored, overwrite=job.overwrite)


@contextmanager
def _rescued(
    argument: str, path: Path, data: NDArray[np.float32]
) -> Iterator[None]:
    """Save a result elsewhere if it cannot be written where it belongs."""
    try:
        yield
    except (OSError, MemoryError, ValueError) as error:
        words = in_words(error) if isinstance(error, OSError) else str(error)
        raise ArgumentError(
            f'{argument} ({path}): it could not be written: {words}; '
            f'{_rescue(path, data)}.'
        ) from error


def _rescue(path: Path, data: NDArray[np.float32]) -> str:
    """Save a result in the first folder that takes it and say where."""
    for find_folder in (tempfile.gettempdir, Path.home):
        try:
            folder = tempfile.mkdtemp(prefix='napari-dip-', dir=find_folder())
            saved = Path(folder) / f'{path.name.partition(".")[0]}.npy'
            np.save(saved, data)
        except (OSError, RuntimeError):
            continue
        return f'the result was saved as {saved} instead'
    return 'the result could not be saved elsewhere either and is lost'


def _summarise(
    job: Job, result: StoredImage, outcome: Outcome
) -> Iterator[str]:
    if job.quiet:
        return
    record = outcome.record
    size = ' × '.join(str(length) for length in result.data.shape)
    yield (
        f'{job.output}: {size} pixels after {record.iterations} iterations '
        f'in {duration(record.wall_time)} on {record.device}; '
        f'{record.reason_text}.'
    )
    if record.task == 'denoise':
        yield f'{job.output}: assumed {record.noise}.'
    if job.uncertainty_file is not None:
        yield (
            f'{job.uncertainty_file}: one standard deviation of its error, '
            'in the same units.'
        )
    if result.pixel_size.physical and not keeps_pixel_size(job.output):
        yield (
            f'{job.output}: this format does not hold the size of a pixel; '
            'choose a name that ends in .ome.tif to keep it.'
        )

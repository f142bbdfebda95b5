"""Files of a job: looked at before the fit; written after it, all or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.job import Job, Outcome, Target
from napari_dip.cli.messages import ArgumentError, about, shown
from napari_dip.cli.process import Interrupt
from napari_dip.cli.report import encode_report
from napari_dip.io.errors import FileError, in_words
from napari_dip.io.files.atomic import Transaction
from napari_dip.io.files.destinations import (
    check_destination,
    check_space,
    replaces,
)
from napari_dip.io.formats import format_of, split_ending
from napari_dip.io.layout import Layout
from napari_dip.io.reading import check_source
from napari_dip.io.rehearsal import check_writable
from napari_dip.io.stored import StoredImage
from napari_dip.io.writing import DTYPES, choose_dtype, write_into


def check_sources(job: Job) -> None:
    """Check that what is to be read are files that are there.

    Raises
    ------
    ArgumentError
        If not.
    """
    for argument, path in job.files_read:
        with about(argument, path):
            format_of(path)
            check_source(path)


def check_destinations(job: Job) -> None:
    """Check that every file can be written where it is wanted.

    Raises
    ------
    ArgumentError
        If not, or if it would replace another file of the job.
    """
    taken = job.files_read
    for argument, path in _files_written(job):
        with about(argument, path):
            if argument == 'OUTPUT':
                format_of(path)
            check_destination(path, overwrite=job.overwrite)
            for other, its_path in taken:
                if replaces(path, its_path):
                    raise FileError(
                        f'it would replace {other}; choose another name.'
                    )
        taken = [*taken, (argument, path)]


def _files_written(job: Job) -> list[tuple[str, Path]]:
    files = (
        ('OUTPUT', job.output),
        ('--uncertainty', job.uncertainty_file),
        *(('OUTPUT', path) for path in job.companion_files.values()),
        ('--report', job.report),
    )
    return [(argument, path) for argument, path in files if path is not None]


def choose_target(job: Job, source: StoredImage, layout: Layout) -> Target:
    """Decide how the result is written, and check that it can be.

    Raises
    ------
    ArgumentError
        If not.
    """
    if job.dtype not in (None, *DTYPES):
        raise ArgumentError(
            f'--dtype: {job.dtype!r} is unknown; choose one of '
            f'{", ".join(DTYPES)}.'
        )
    axes = layout.restored_axes
    if source.opacity is not None and 'S' not in axes:
        axes += 'S'
    with about('OUTPUT', job.output):
        dtype = choose_dtype(job.output, axes, source.data.dtype, job.dtype)
    target = Target(source, layout, job.factor, dtype)
    # What has no pixels, or too many axes, the restoration refuses.
    if target.shape and all(target.shape):
        target = replace(target, source=_writable(job, target))
        _check_space(job, target)
    return target


def _writable(job: Job, target: Target) -> StoredImage:
    """Leave out of the image what a file of a result cannot hold."""
    image = replace(target.source, axes=target.layout.axes)
    with about('OUTPUT', job.output):
        image = check_writable(job.output, image, target.dtype)
    path, opacity = job.uncertainty_file, image.opacity
    if path is None:
        return image
    with about('--uncertainty', path):
        opaque = replace(image, opacity=None)
        image = check_writable(path, opaque, np.dtype(np.float32))
    return replace(image, opacity=opacity)


def _check_space(job: Job, target: Target) -> None:
    needed = target.num_values * target.dtype.itemsize
    with about('OUTPUT', job.output):
        check_space(job.output, needed)
    if job.uncertainty_file is not None:
        # It lies in the same folder.
        needed += target.num_values * np.dtype(np.float32).itemsize
        with about('--uncertainty', job.uncertainty_file):
            check_space(job.uncertainty_file, needed)
    if job.report is not None:
        with about('--report', job.report):
            check_space(job.report, 0)


def save(
    job: Job, target: Target, outcome: Outcome, interrupt: Interrupt
) -> None:
    """Write what a restoration has given.

    The image and its uncertainty appear together or not at all. A report
    that cannot be written does not hold them back.

    Raises
    ------
    ArgumentError
        If something could not be written.
    KeyboardInterrupt
        If a second signal came before the files began to appear.
    """
    report_error = None
    with Transaction(overwrite=job.overwrite) as files:
        _stage_images(job, target, outcome, files)
        try:
            _stage_report(job, outcome, files)
        except ArgumentError as error:
            report_error = error
        interrupt.ignore()
        with _rescued('OUTPUT', job.output, job, outcome):
            files.commit()
    if report_error is not None:
        raise report_error


def _stage_images(
    job: Job, target: Target, outcome: Outcome, files: Transaction
) -> None:
    image, uncertainty = outcome.image, outcome.record.uncertainty
    with _rescued('OUTPUT', job.output, job, outcome):
        _stage(job.output, target.cast(image), files)
    path = job.uncertainty_file
    if path is not None and uncertainty is not None:
        with _rescued('--uncertainty', path, job, outcome):
            _stage(path, target.store_uncertainty(uncertainty), files)
    for name, further in outcome.record.companions.items():
        path = job.companion_files[name]
        with _rescued('OUTPUT', path, job, outcome):
            _stage(path, target.store_uncertainty(further), files)


def _stage(path: Path, image: StoredImage, files: Transaction) -> None:
    format_ = format_of(path)
    files.stage(path, lambda file: write_into(file, image, format_))


def _stage_report(job: Job, outcome: Outcome, files: Transaction) -> None:
    if job.report is None:
        return
    try:
        content = encode_report(job, outcome.record)
        files.stage(job.report, lambda file: file.write(content))
    except Exception as error:
        raise ArgumentError(
            f'--report ({shown(job.report)}): it could not be written: '
            f'{_reason(error)}; the restored image is in {shown(job.output)}.'
        ) from error


@contextmanager
def _rescued(
    argument: str, path: Path, job: Job, outcome: Outcome
) -> Iterator[None]:
    """Save the results elsewhere if one cannot be written where it belongs."""
    try:
        yield
    except Exception as error:
        raise ArgumentError(
            f'{argument} ({shown(path)}): it could not be written: '
            f'{_reason(error)}; {_rescue(job, outcome)}.'
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return in_words(error)
    return ' '.join(str(error).split()) or type(error).__name__


def _rescue(job: Job, outcome: Outcome) -> str:
    """Save the results in the first folder that takes them and say where."""
    arrays = {job.output: outcome.image}
    if job.uncertainty_file and outcome.record.uncertainty is not None:
        arrays[job.uncertainty_file] = outcome.record.uncertainty
    for name, further in outcome.record.companions.items():
        arrays[job.companion_files[name]] = further
    beside = job.output.parent.absolute
    for find_folder in (tempfile.gettempdir, Path.home, beside):
        try:
            saved = _save_all(arrays, find_folder())
        except (OSError, RuntimeError, MemoryError):
            continue
        return f'the result was saved as {" and ".join(saved)} instead'
    return 'the result could not be saved elsewhere either and is lost'


def _save_all(
    arrays: dict[Path, NDArray[np.float32]], parent: str | Path
) -> list[str]:
    """Save arrays in a new folder, all or none, and return their names."""
    folder = Path(tempfile.mkdtemp(prefix='napari-dip-', dir=parent))
    names = []
    try:
        for path, array in arrays.items():
            saved = folder / f'{split_ending(path)[0]}.npy'
            np.save(saved, array)
            names.append(shown(saved))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return names

"""What is refused before the fit, and not after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from napari_dip.cli.job import Job, Target
from napari_dip.cli.messages import ArgumentError, about
from napari_dip.io.errors import FileError
from napari_dip.io.files.destinations import (
    check_destination,
    check_space,
    replaces,
)
from napari_dip.io.files.sources import check_source
from napari_dip.io.formats import format_of
from napari_dip.io.layout import Layout
from napari_dip.io.rehearsal import check_writable
from napari_dip.io.stored import StoredImage
from napari_dip.io.writing import DTYPES, choose_dtype


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

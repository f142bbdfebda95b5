"""What is refused before the fit, and not after it."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.errors import ArgumentError, about
from napari_dip.cli.job import Job
from napari_dip.files.casting import round_and_clip
from napari_dip.files.destinations import (
    check_destination,
    check_space,
    replaces,
)
from napari_dip.files.errors import FileError
from napari_dip.files.formats import format_of
from napari_dip.files.layout import Layout
from napari_dip.files.rehearsal import check_writable
from napari_dip.files.sources import check_source
from napari_dip.files.stored import StoredImage
from napari_dip.files.writing import DTYPES, choose_dtype, write_into


@dataclass(frozen=True)
class Target:
    """How results are laid out in files.

    Parameters
    ----------
    source : StoredImage
        The image as it was read, with what its file says.
    layout : Layout
        Its axes.
    factor : tuple of int
        Rows and columns of the result for each of the image.
    dtype : dtype
        What the image is written as.
    """

    source: StoredImage
    layout: Layout
    factor: tuple[int, int]
    dtype: np.dtype[Any]

    def store(self, image: NDArray[Any]) -> StoredImage:
        """Lay out the result of a restoration, with the opacity it had."""
        return self.source.restored(
            self.layout.unsqueeze(image), self.layout.axes, self.factor
        )

    def cast(self, image: NDArray[np.float32]) -> StoredImage:
        """Lay it out in the dtype that the image is written as."""
        return self.store(round_and_clip(image, self.dtype))

    def store_uncertainty(self, image: NDArray[Any]) -> StoredImage:
        """Lay out an uncertainty, which has no opacity."""
        return replace(self.store(image), opacity=None)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of the result, without axes of length 1; None for a stack."""
        axes = self.layout.restored_axes
        if not {'Y', 'X'} <= set(axes):
            return None
        scale = dict(zip('YX', self.factor, strict=True))
        lengths = self.layout.squeeze(self.source.data).shape
        return tuple(
            n * scale.get(letter, 1)
            for n, letter in zip(lengths, axes, strict=True)
        )


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
    shape = target.shape
    if shape and all(shape):
        with about('OUTPUT', job.output):
            settled = replace(source, axes=layout.axes)
            source = check_writable(job.output, settled, dtype)
        target = replace(target, source=source)
        _rehearse(job, target, shape)
    return target


def _rehearse(job: Job, target: Target, shape: tuple[int, ...]) -> None:
    """Write images of the size of the results to nowhere."""
    needed = 0
    for argument, path in _files_written(job):
        with about(argument, path):
            if argument != '--report':
                needed += _rehearse_image(path, argument, target, shape)
            check_space(path, needed)


def _rehearse_image(
    path: Path, argument: str, target: Target, shape: tuple[int, ...]
) -> int:
    """Write an image to nowhere and return its bytes."""
    try:
        # No memory is taken by zeros that nobody has written.
        if argument == 'OUTPUT':
            image = target.store(np.zeros(shape, target.dtype))
        else:
            image = target.store_uncertainty(np.zeros(shape, np.float32))
        write_into(cast('BinaryIO', _Nowhere()), image, format_of(path))
    except MemoryError as error:
        raise FileError(
            'there is not enough memory for it; crop the image.'
        ) from error
    except Exception as error:
        detail = ' '.join(str(error).split()) or type(error).__name__
        raise FileError(
            f'{format_of(path).value} cannot hold this image with what its '
            f'file says of it ({detail}); choose a name that ends in .npy.'
        ) from error
    return image.data.nbytes


class _Nowhere(io.RawIOBase):
    """A file that forgets what is written and knows how long it is."""

    def __init__(self) -> None:
        self._place = self._length = 0

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset + (0, self._place, self._length)[whence]
        return self._place

    def tell(self) -> int:
        return self._place

    def write(self, data: Any) -> int:
        length = memoryview(data).nbytes
        self._place += length
        self._length = max(self._length, self._place)
        return length

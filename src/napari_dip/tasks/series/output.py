"""A folder of the user's choice for the planes of a result."""

from __future__ import annotations

import json
import math
import os
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip import __version__
from napari_dip.images.stacks.stack import Index, Stack
from napari_dip.io.errors import FileError, in_words
from napari_dip.io.files.destinations import check_space
from napari_dip.io.ome_zarr import ENDING, ZarrImage, is_zarr
from napari_dip.io.unfinished import UnfinishedZarr
from napari_dip.session.series.target import Target

# What a folder of Zarr holds.
_MARKS = ('zarr.json', '.zgroup', '.zarray')


class InFolder(Target):
    """A folder that outlives the run, so that another can go on with it.

    Parameters
    ----------
    folder : UnfinishedZarr
        The folder.
    """

    def __init__(self, folder: UnfinishedZarr) -> None:
        super().__init__(folder.array)
        self._folder = folder

    def keep(self, index: Index) -> None:
        """Write down that a plane is finished."""
        self._folder.keep(index)

    def has(self, index: Index) -> bool:
        """Whether an earlier run has finished a plane."""
        return self._folder.has(index)

    def complete(self) -> None:
        """Make of it an image like any other."""
        self._folder.complete()


@dataclass(frozen=True)
class Output:
    """Where a result goes, and whether an earlier run has begun it.

    Parameters
    ----------
    path : Path
        Folder of OME-Zarr.
    resume : bool
        Whether it is there, and the planes that it lacks are made.
    overwrite : bool
        Whether an OME-Zarr that is there is replaced.
    like : ZarrImage, optional
        Whose units, voxel size and channels it has.
    """

    path: Path
    resume: bool = False
    overwrite: bool = False
    like: ZarrImage | None = None

    def check(self) -> None:
        """Check that the folder is what it is said to be.

        Raises
        ------
        FileError
            If not.
        """
        if not is_zarr(self.path):
            raise FileError(f'choose a name that ends in .ome{ENDING}.')
        if not self.path.exists():
            if self.resume:
                raise FileError('it is not there; leave out resume=True.')
            return
        if not (self.overwrite or self.resume):
            raise FileError(
                'it exists; choose another name, or make the planes that it '
                'lacks with resume=True.'
            )
        if not any((self.path / one).exists() for one in _MARKS):
            raise FileError('it is no Zarr, and is not replaced.')

    def open(
        self, shape: tuple[int, ...], stack: Stack, asked: Mapping[str, Any]
    ) -> InFolder:
        """Make the folder, or open that of an earlier run.

        Parameters
        ----------
        shape : tuple of int
            Of the result.
        stack : Stack
            Axes of the image.
        asked : mapping
            As :func:`describe` returns it.

        Raises
        ------
        FileError
            If that cannot be, or the earlier run was asked for another
            result.
        """
        self.check()
        if self.resume:
            return InFolder(self._reopen(asked))
        parent = self.path.resolve().parent
        if not parent.is_dir():
            raise FileError(
                f'there is no folder {parent}; create it, or choose another.'
            )
        check_space(self.path, np.dtype('f4').itemsize * math.prod(shape))
        factors = [
            new / old for new, old in zip(shape, stack.shape, strict=True)
        ]
        try:
            if self.path.exists():
                shutil.rmtree(self.path)
            folder = UnfinishedZarr.create(
                self.path, shape, stack.letters, asked, self.like, factors
            )
        except OSError as error:
            raise FileError(
                f'it cannot be written: {in_words(error)}; choose another '
                'folder.'
            ) from error
        return InFolder(folder)

    def discard(self) -> None:
        """Take away what :meth:`open` has made, before a plane is in it."""
        if not self.resume:
            shutil.rmtree(self.path, ignore_errors=True)

    def _reopen(self, asked: Mapping[str, Any]) -> UnfinishedZarr:
        folder = UnfinishedZarr(self.path)
        if folder.asked != asked:
            other = [
                name.replace('_', ' ')
                for name in {**folder.asked, **asked}
                if folder.asked.get(name) != asked.get(name)
            ]
            raise FileError(
                'its planes were made with other settings or of another '
                f'image ({", ".join(other)}); give those, or choose another '
                'name.'
            )
        done, total = folder.counts
        if done == total:
            folder.complete()
            raise FileError('it is complete; choose another name.')
        return folder


def read_output(output: Any, *, resume: bool) -> Output | None:
    """Take the name of a folder for one.

    Raises
    ------
    TypeError, ValueError
        If it is none, or there is none to resume.
    """
    if output is None and resume:
        raise ValueError(
            'resume: there is no output to go on with; give its folder.'
        )
    if output is None or isinstance(output, Output):
        return output
    if not isinstance(output, (str, os.PathLike)):
        raise TypeError(
            f'output: {output!r} is no name of a folder; give one that ends '
            f'in .ome{ENDING}, or None.'
        )
    return Output(Path(output), resume=bool(resume))


def describe(
    arguments: Mapping[str, Any], sample: NDArray[Any]
) -> dict[str, Any]:
    """Describe what is asked for, as JSON holds it, to know it again.

    Parameters
    ----------
    arguments : mapping
        All that the planes of a result depend on; arrays are told by a
        checksum.
    sample : ndarray
        A plane of the image.
    """
    told = {'version': __version__, 'image': sample, **arguments}
    found: dict[str, Any] = json.loads(json.dumps(told, default=_tell))
    return found


def _tell(value: Any) -> Any:
    """Tell what JSON does not know."""
    if hasattr(value, '__array__'):
        array = np.ascontiguousarray(value)
        return [str(array.dtype), *array.shape, zlib.crc32(array.data)]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return repr(value)

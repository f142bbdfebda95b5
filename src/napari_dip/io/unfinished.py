"""A result in OME-Zarr that knows which of its planes are finished."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from napari_dip.io.errors import FileError
from napari_dip.io.ome_zarr import ZarrImage, create_zarr, open_group
from napari_dip.io.pyramid import add_pyramid

# Attribute of the folder: what was asked for.
_ASKED = 'napari-dip'
# Array beside the image, one number for each of its pieces. It is there
# until all planes are: a plane that holds numbers may be a preview.
_FINISHED = 'finished'


class UnfinishedZarr:
    """A folder that planes are written to as they are made.

    Parameters
    ----------
    path : Path
        The folder, made by :meth:`create`.

    Raises
    ------
    FileError
        If it is no such folder, or finished.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            group = open_group(path)
            self.array = group['0']
        except (KeyError, OSError, ValueError) as error:
            raise FileError(
                'it is no OME-Zarr of napari-dip; choose another name.'
            ) from error
        if _FINISHED not in group or _ASKED not in group.attrs:
            raise FileError('it is complete; choose another name.')
        self._stored = group[_FINISHED]
        self._finished = self._stored[...]
        #: What was asked for.
        self.asked: dict[str, Any] = dict(group.attrs[_ASKED])

    @classmethod
    def create(
        cls,
        path: Path,
        shape: Sequence[int],
        letters: str,
        asked: Mapping[str, Any],
        like: ZarrImage | None = None,
        factors: Sequence[float] = (),
    ) -> UnfinishedZarr:
        """Make one.

        Parameters
        ----------
        path, shape, letters, like, factors
            As :func:`~napari_dip.io.ome_zarr.create_zarr` takes them.
        asked : mapping
            What was asked for, as JSON holds it.
        """
        array = create_zarr(path, shape, letters, like, factors)
        group = open_group(path)
        group.attrs[_ASKED] = dict(asked)
        group.create_array(_FINISHED, data=np.zeros(array.cdata_shape, 'u1'))
        return cls(path)

    @property
    def counts(self) -> tuple[int, int]:
        """How many pieces are finished, and of how many."""
        return int(self._finished.sum()), self._finished.size

    def has(self, index: tuple[Any, ...]) -> bool:
        """Whether a plane is finished."""
        return bool(np.all(self._finished[index]))

    def keep(self, index: tuple[Any, ...]) -> None:
        """Note that a plane is finished."""
        self._finished[index] = self._stored[index] = 1

    def complete(self) -> None:
        """Make of it an OME-Zarr like any other, with coarser levels."""
        add_pyramid(self.path)
        del open_group(self.path)[_FINISHED]

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)

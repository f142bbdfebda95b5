"""Where the planes of a result go, and what it is given back as."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import Any

from napari_dip.io.errors import FileError
from napari_dip.io.ome_zarr import in_planes
from napari_dip.io.scratch import create_scratch
from napari_dip.session.series.target import InMemory, OnDisk, Target


def is_dask(image: Any) -> bool:
    """Whether an image is an array of dask, and not a wrapper of one."""
    return hasattr(image, '__dask_graph__') and not hasattr(image, 'dims')


def is_zarr(image: Any) -> bool:
    """Whether an image is an array of Zarr."""
    return hasattr(image, 'store_path')


def make_target(
    shape: tuple[int, ...], letters: str, *, on_disk: bool
) -> Target:
    """Make what holds the planes of a series.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    letters : str
        A letter for each axis.
    on_disk : bool
        Whether it is a folder that is cleaned up. Without zarr it is memory
        all the same.
    """
    if on_disk and find_spec('zarr') is not None:
        try:
            return OnDisk(create_scratch(shape, letters))
        except FileError as error:
            raise ValueError(
                'image: its result goes to the folder for temporary files, '
                f'but {error}'
            ) from error
    return InMemory(shape)


def has_room(shape: tuple[int, ...]) -> bool:
    """Whether float32 of a shape takes less than half of the free memory."""
    from napari_dip.device.choice import free_memory, resolve_device

    return 2 * 4 * math.prod(shape) < free_memory(resolve_device('cpu'))


def as_given(result: Any, image: Any) -> Any:
    """Return a result as its image was given: lazily, if that was lazy."""
    if is_dask(result) or (is_zarr(image) and is_zarr(result)):
        return result
    return in_planes(result) if is_dask(image) or is_zarr(image) else result

"""Coarser levels of an OME-Zarr, for viewers to zoom out of."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.io.ome_zarr import open_group

# A screen shows no more pixels of a level.
_ENOUGH = 512


def add_pyramid(path: Path) -> None:
    """Add levels that are each half as fine, a plane at a time.

    Parameters
    ----------
    path : Path
        Folder of an OME-Zarr that was made by
        :func:`~napari_dip.io.ome_zarr.create_zarr`.
    """
    group = open_group(path)
    ome = dict(group.attrs['ome'])
    [scales] = ome['multiscales']
    kinds = [axis['name'] for axis in scales['axes']]
    rows, columns = kinds.index('y'), kinds.index('x')
    finest = scales['datasets'][0]
    level, steps = group[finest['path']], finest
    datasets = [finest]
    while max(level.shape[rows], level.shape[columns]) > _ENOUGH:
        coarser = _coarser(group, str(len(datasets)), level, (rows, columns))
        scale = [
            step * (2 if axis in (rows, columns) else 1)
            for axis, step in enumerate(_scale(steps))
        ]
        # The middle of four pixels.
        shift = [
            at + (new - old) / 2
            for at, new, old in zip(
                _origin(finest), scale, _scale(finest), strict=True
            )
        ]
        steps = {
            'path': str(len(datasets)),
            'coordinateTransformations': [
                {'type': 'scale', 'scale': scale},
                {'type': 'translation', 'translation': shift},
            ],
        }
        datasets.append(steps)
        level = coarser
    scales['datasets'] = datasets
    group.attrs['ome'] = ome


def _scale(dataset: dict[str, Any]) -> list[float]:
    scale: list[float] = dataset['coordinateTransformations'][0]['scale']
    return scale


def _origin(dataset: dict[str, Any]) -> list[float]:
    for one in dataset['coordinateTransformations'][1:]:
        found: list[float] = one['translation']
        return found
    return [0.0] * len(_scale(dataset))


def _coarser(group: Any, name: str, level: Any, axes: tuple[int, int]) -> Any:
    shape = list(level.shape)
    chunks = list(level.chunks)
    for axis in axes:
        shape[axis] = chunks[axis] = -(-shape[axis] // 2)
    made = group.create_array(
        name,
        shape=tuple(shape),
        chunks=tuple(chunks),
        dtype=level.dtype,
        fill_value=float('nan'),
        dimension_names=level.metadata.dimension_names,
        # Of a run that was killed here.
        overwrite=True,
    )
    counted: list[Any] = [
        [slice(None)] if piece > 1 else range(length)
        for length, piece in zip(level.shape, level.chunks, strict=True)
    ]
    for place in product(*counted):
        # An entry is kept as an axis of one.
        index = tuple(
            one if isinstance(one, slice) else slice(one, one + 1)
            for one in place
        )
        plane = level[index]
        for axis in axes:
            plane = _halved(plane, axis)
        made[index] = plane
    return made


def _halved(plane: NDArray[Any], axis: int) -> NDArray[Any]:
    """Mean of pairs; of an odd length the last stands for two."""
    if plane.shape[axis] % 2:
        last = plane.take([-1], axis)
        plane = np.concatenate([plane, last], axis)
    pairs = [plane[_every_second(plane.ndim, axis, n)] for n in (0, 1)]
    halved: NDArray[Any] = (pairs[0] + pairs[1]) / 2
    return halved


def _every_second(ndim: int, axis: int, start: int) -> tuple[slice, ...]:
    index = [slice(None)] * ndim
    index[axis] = slice(start, None, 2)
    return tuple(index)

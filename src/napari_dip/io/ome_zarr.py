"""OME-Zarr: images that are read and written plane by plane."""

from __future__ import annotations

import math
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from napari_dip.io.errors import FileError
from napari_dip.io.files.destinations import check_space

#: Endings of names of folders.
ENDING = '.zarr'
# What an axis without a type is, by its name.
_KINDS = {
    't': 'time',
    'c': 'channel',
    'z': 'space',
    'y': 'space',
    'x': 'space',
}


@dataclass(frozen=True)
class ZarrImage:
    """An image on disk, read as far as it is looked at.

    Parameters
    ----------
    data : dask array
        The finest level, in pieces of a plane.
    axes : tuple of dict
        Name, type and unit of each axis; none if it does not say.
    transforms : tuple of dict
        From pixels of the finest level to units.
    channels : tuple of dict
        Label, colour and window of each channel, as viewers show them.
    """

    data: Any
    axes: tuple[dict[str, Any], ...] = ()
    transforms: tuple[dict[str, Any], ...] = ()
    channels: tuple[dict[str, Any], ...] = ()

    @property
    def letters(self) -> str | None:
        """A letter for each axis; None unless it says."""
        names = [str(axis['name']).upper() for axis in self.axes]
        if not names or any(len(name) != 1 for name in names):
            return None
        return ''.join(names)


def is_zarr(path: Path) -> bool:
    """Whether a name stands for an OME-Zarr folder.

    Examples
    --------
    >>> is_zarr(Path('cells.ome.zarr'))
    True
    """
    return path.name.lower().rstrip('/').endswith(ENDING)


def read_zarr(path: Path) -> ZarrImage:
    """Open an image of OME-Zarr 0.4 or 0.5, or an array of Zarr.

    Raises
    ------
    FileError
        If there is none.
    """
    node = open_node(str(path))
    axes: Sequence[Any] = ()
    transforms: Sequence[Any] = ()
    channels: Sequence[Any] = ()
    if not hasattr(node, 'shape'):
        attributes = dict(node.attrs)
        attributes = attributes.get('ome', attributes)
        scales = attributes.get('multiscales')
        if not scales:
            raise FileError(
                'it holds no image of OME-Zarr; give the folder of one image.'
            )
        finest = scales[0]['datasets'][0]
        transforms = finest.get('coordinateTransformations', ())
        axes = scales[0].get('axes', ())
        shown = attributes.get('omero')
        channels = shown.get('channels', ()) if shown else ()
        node = node[finest['path']]
    axes = [{'name': one} if isinstance(one, str) else one for one in axes]
    data = in_planes(node)
    return ZarrImage(data, tuple(axes), tuple(transforms), tuple(channels))


def open_node(store: Any) -> Any:
    """Open an array or group of Zarr to be read.

    Raises
    ------
    FileError
        If there is none.
    """
    try:
        return _zarr().open(store=store, mode='r')
    except FileError:
        raise
    except Exception as error:
        raise FileError(
            'it cannot be read as Zarr; give a folder of OME-Zarr.'
        ) from error


def open_group(path: Path) -> Any:
    """Open a group of Zarr to be changed."""
    return _zarr().open_group(store=str(path), mode='r+')


def in_planes(array: Any, letters: str = '') -> Any:
    """Read an array a plane at a time, whatever its pieces on disk are."""
    dask: Any = import_module('dask.array')
    pieces = _pieces(array.shape, letters)
    if isinstance(array, dask.Array):
        return array.rechunk(pieces)
    return dask.from_array(array, chunks=pieces, name=False)


def _pieces(shape: Sequence[int], letters: str) -> tuple[int, ...]:
    """Lengths of a plane, with the samples of its colours."""
    if not {'Y', 'X'} <= set(letters):
        return (1,) * (len(shape) - 2) + tuple(shape[-2:])
    return tuple(
        n if letter in 'YXS' else 1
        for n, letter in zip(shape, letters, strict=True)
    )


def create_zarr(
    path: Path,
    shape: Sequence[int],
    letters: str,
    like: ZarrImage | None = None,
    factors: Sequence[float] = (),
) -> Any:
    """Make an OME-Zarr 0.5 of float32 that holds NaN, a plane in a piece.

    Parameters
    ----------
    path : Path
        Folder, which is not there.
    shape : sequence of int
        Its shape.
    letters : str
        A letter for each axis.
    like : ZarrImage, optional
        Whose units, voxel size and channels it has.
    factors : sequence of float
        Voxels along each axis for one of those.

    Returns
    -------
    zarr array
        To be written to.
    """
    zarr = _zarr()
    axes = [_axis(letter) for letter in letters]
    scale, origin = [1.0] * len(shape), [0.0] * len(shape)
    if like is not None and like.letters == letters:
        axes = [
            {**mine, **its} for mine, its in zip(axes, like.axes, strict=True)
        ]
        for one in like.transforms:
            if len(one.get('scale', ())) == len(scale):
                scale = [float(n) for n in one['scale']]
            if len(one.get('translation', ())) == len(scale):
                origin = [float(n) for n in one['translation']]
    if factors:
        # The middle of the first pixel moves to that of its first part.
        origin = [
            at + step * (1 / by - 1) / 2
            for at, step, by in zip(origin, scale, factors, strict=True)
        ]
        scale = [n / by for n, by in zip(scale, factors, strict=True)]
    transforms: list[dict[str, Any]] = [{'type': 'scale', 'scale': scale}]
    if any(origin):
        transforms.append({'type': 'translation', 'translation': origin})
    dataset = {'path': '0', 'coordinateTransformations': transforms}
    multiscale = {'name': path.name, 'axes': axes, 'datasets': [dataset]}
    ome: dict[str, Any] = {'version': '0.5', 'multiscales': [multiscale]}
    counted = dict(zip(letters, shape, strict=True)).get('C', 1)
    if like is not None and len(like.channels) == counted:
        ome['omero'] = {'channels': list(like.channels)}
    group = zarr.create_group(
        store=str(path),
        zarr_format=3,
        attributes={'ome': ome},
    )
    return group.create_array(
        '0',
        shape=tuple(shape),
        chunks=_pieces(shape, letters),
        dtype=np.float32,
        fill_value=float('nan'),
        dimension_names=[one['name'] for one in axes],
    )


def _axis(letter: str) -> dict[str, Any]:
    name = letter.lower()
    kind = _KINDS.get(name)
    return {'name': name} if kind is None else {'name': name, 'type': kind}


def _zarr() -> Any:
    try:
        return import_module('zarr')
    except ImportError as error:
        raise FileError(
            'OME-Zarr needs the package zarr; install it, for example with '
            "pip install 'napari-dip[zarr]'."
        ) from error


def create_scratch(shape: Sequence[int], letters: str) -> Any:
    """Make an array on disk that holds NaN, a plane in a piece.

    Its folder is removed once nobody holds the array any more, and in the
    end of the process.

    Parameters
    ----------
    shape : sequence of int
        Its shape.
    letters : str
        A letter for each axis.

    Raises
    ------
    FileError
        If zarr is not installed, or the disk has no room.

    Returns
    -------
    zarr array
        Float32, to be written to.
    """
    folder = Path(tempfile.mkdtemp(prefix='napari-dip-'))
    path = folder / 'result.ome.zarr'
    try:
        check_space(path, np.dtype(np.float32).itemsize * math.prod(shape))
        array = create_zarr(path, shape, letters)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(array, shutil.rmtree, folder, ignore_errors=True)
    return array

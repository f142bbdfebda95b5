"""Results into files that hold what napari's own would lose."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtWidgets import QFileDialog

from napari_dip.images.stacks.stack import settle_stack
from napari_dip.io.casting import count_clipped, round_and_clip
from napari_dip.io.errors import FileError, in_words
from napari_dip.io.files.destinations import check_destination, check_space
from napari_dip.io.formats import format_of
from napari_dip.io.ome_zarr import create_zarr, in_planes, is_zarr
from napari_dip.io.pictures.opacity import split
from napari_dip.io.pictures.pixel_size import RELATIVE, PixelSize, length
from napari_dip.io.pyramid import add_pyramid
from napari_dip.io.stored import StoredImage
from napari_dip.io.tiff import ome
from napari_dip.io.tiff.lazy import as_zarr
from napari_dip.io.writing import (
    choose_dtype,
    keeps_pixel_size,
    write_image,
)
from napari_dip.viewer.layers.planes import Plane
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.request import suggest_name

if TYPE_CHECKING:
    from napari.layers import Image
    from numpy.typing import DTypeLike
    from qtpy.QtWidgets import QWidget

    from napari_dip.io.pictures.pixel_size import Length

# Of each format the ending that a name without one gets.
_ENDINGS = ('.ome.tif', '.tif', '.png', '.npy')
_PIXEL = 'pixel'
_ZARR = '.ome.zarr'


@dataclass(frozen=True)
class Destination:
    """File for a result.

    Parameters
    ----------
    path : Path
        Its name, with an ending that tells the format.
    dtype : dtype
        Of its pixels.
    may_replace : bool
        Whether the user has agreed to replace a file of that name.
    """

    path: Path
    dtype: np.dtype[Any]
    may_replace: bool


def to_stored(layer: Image) -> StoredImage:
    """Describe the result in a layer as a file holds it.

    Axes of length one are left out; the provenance becomes the description.
    """
    told = layer.metadata[METADATA_KEY]
    plane = Plane(tuple(told['source']['plane']))
    data = layer.data
    letters = told['arguments'].get('axes')
    if letters and told['source'].get('members'):
        # The channels, first of its axes, are layers of their own.
        letters = letters[1:]
    if not isinstance(data, np.ndarray):
        # On disk: read plane by plane, if it is written so.
        data = in_planes(data, letters or '')
    data = data.squeeze(plane.taken) if plane.taken else data
    kept = [axis for axis in range(layer.ndim) if axis not in plane.taken]
    axes, spatial = 'YX', kept
    if letters is not None:
        axes, spatial = letters, [letters.index(one) for one in 'YX']
    elif layer.rgb:
        axes = 'YXS'
    elif len(kept) == 3:
        channels = told['arguments']['channel_axis'] % 3
        axes = axes[:channels] + 'C' + axes[channels:]
        spatial = kept[:channels] + kept[channels + 1 :]
    opacity = None
    if layer.rgb and data.shape[-1] == 4:
        data, axes, opacity = split(data, axes, 3)
    if letters is not None and 'Z' in letters:
        spatial.append(letters.index('Z'))
    channels = told['source'].get('channels', [])
    shape = dict(zip(axes, data.shape, strict=True))
    named = len(channels) == shape.get('C', 0) > 0
    return StoredImage(
        data,
        axes,
        PixelSize(*(_pixel_side(layer, axis) for axis in spatial)),
        # Its names have room for all that is to be told.
        style='ome',
        details={
            'Description': json.dumps({METADATA_KEY: told}),
            **(ome.store_channels(channels) if named else {}),
        },
        opacity=opacity,
    )


def offer(image: StoredImage, source: DTypeLike) -> dict[str, np.dtype[Any]]:
    """List the formats that can hold a result, as a file dialog shows them.

    Parameters
    ----------
    image : StoredImage
        The result.
    source : dtype
        Of the image that it was made of.

    Returns
    -------
    dict of str to dtype
        Filters of the dialog, and the dtype that each stands for.
    """
    filters = {}
    source = np.dtype(source).newbyteorder('=')
    for ending in _ENDINGS:
        for dtype in (image.data.dtype, source):
            path = Path(f'result{ending}')
            try:
                choose_dtype(path, image.axes, dtype, 'same')
            except FileError:
                continue
            what = 'the type of the source' if dtype == source else 'unrounded'
            name = f'{format_of(path).value}, {dtype}, {what} (*{ending})'
            filters[name] = dtype
    if image.data.ndim > len('YX') and find_spec('zarr') is not None:
        filters[f'OME-Zarr, float32, unrounded (*{_ZARR})'] = np.dtype('f4')
    return filters


def ask_for_destination(
    parent: QWidget, name: str, filters: dict[str, np.dtype[Any]]
) -> Destination | None:
    """Ask the user for a file; None if there is to be none.

    Parameters
    ----------
    parent : QWidget
        What the dialog lies over.
    name : str
        Of the layer, which becomes the suggestion.
    filters : dict of str to dtype
        As :func:`offer` returns them.
    """
    chosen, filter_ = QFileDialog.getSaveFileName(
        parent, 'Save result', suggest_name(name), ';;'.join(filters)
    )
    if not chosen:
        return None
    ending = filter_.rpartition('*')[2].removesuffix(')')
    path = Path(chosen)
    if is_zarr(path):
        return Destination(path, np.dtype('f4'), may_replace=False)
    try:
        format_of(path)
    except FileError:
        # The dialog has asked about a file of another name.
        whole = path.with_name(path.name + ending)
        return Destination(whole, filters[filter_], may_replace=False)
    return Destination(path, filters[filter_], may_replace=True)


def save(image: StoredImage, destination: Destination) -> str:
    """Write a result and say how that went; never raises.

    Parameters
    ----------
    image : StoredImage
        The result.
    destination : Destination
        Where to.

    Returns
    -------
    str
        For the user.
    """
    path = destination.path
    try:
        if is_zarr(path):
            return _save_planes(image, path)
        image = replace(image, data=np.asarray(image.data))
        axes, dtype = image.axes, destination.dtype
        choose_dtype(path, axes, dtype, 'same')
        if path.exists() and not destination.may_replace:
            return (
                f'Not saved: {path.name} exists already; choose it with its '
                'ending to replace it.'
            )
        check_destination(path, overwrite=destination.may_replace)
        clipped = count_clipped(image.data, dtype)
        cast = round_and_clip(image.data, dtype)
        write_image(
            path,
            replace(image, data=cast),
            overwrite=destination.may_replace,
        )
    except (FileError, ValueError, MemoryError) as error:
        return f'Not saved as {path.name}: {error}'
    except OSError as error:
        return f'Not saved as {path.name}: {in_words(error)}.'
    said = [f'Saved as {path.name}.']
    if clipped:
        said.append(
            f'{clipped:,} of {image.data.size:,} values were clipped to what '
            f'{dtype} holds.'
        )
    if not keeps_pixel_size(path):
        said.append(
            'This format holds neither the size of a pixel nor how the '
            'result was made; TIFF does.'
        )
    return ' '.join(said)


def _save_planes(image: StoredImage, path: Path) -> str:
    """Write a result as OME-Zarr, a plane at a time."""
    if path.exists():
        return f'Not saved: {path.name} exists already; choose another name.'
    check_destination(path, overwrite=False)
    data, letters = image.data, image.axes
    check_space(path, 4 * data.size)
    array = create_zarr(path, data.shape, letters, as_zarr(image))
    for place in settle_stack(data.shape, letters).series():
        for index in place:
            array[index] = np.asarray(data[index], np.float32)
    array.attrs.update(json.loads(image.details['Description']))
    add_pyramid(path)
    return f'Saved as {path.name}, with coarser levels.'


def _pixel_side(layer: Image, axis: int) -> Length | None:
    unit = layer.units[axis]
    scale = abs(float(layer.scale[axis]))
    if str(unit) != _PIXEL:
        return length(scale, f'{unit:~}')
    return None if scale == 1 else length(scale, RELATIVE)

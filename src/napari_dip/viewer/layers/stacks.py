"""All planes of an image layer, as a restoration takes them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.images.stacks.depth import as_volumes
from napari_dip.images.stacks.stack import Index, Stack, settle_stack
from napari_dip.images.validity import ENOUGH
from napari_dip.io.ome_zarr import ZarrImage
from napari_dip.viewer.layers.layers import ImageSource, describe_image
from napari_dip.viewer.layers.metadata import read_letters
from napari_dip.viewer.layers.placement import copy_attributes
from napari_dip.viewer.layers.planes import (
    WHOLE,
    highest_resolution,
    layer_shape,
    point_shown,
)

if TYPE_CHECKING:
    from napari.components import Dims
    from napari.layers import Image
    from numpy.typing import NDArray


@dataclass(frozen=True)
class SeriesSource(ImageSource):
    """All planes of an image layer as it was when a run was asked for.

    Parameters
    ----------
    stack : Stack
        Axes of the data.
    shown : tuple
        Where the plane lies that the viewer shows.
    fit : str
        What is fitted together: 'series' where the axes are a guess.
    """

    stack: Stack = field(default_factory=lambda: Stack((), ''))
    shown: Index = ()
    fit: str = 'auto'

    def array(self) -> NDArray[Any]:
        """Read the plane or volume that is shown: a sample of them all.

        Of a large volume it is the middle.
        """
        index, taken = list(self.place), self.taken
        most = int(ENOUGH ** (1 / len(taken.plane_axes)))
        pairs = zip(taken.plane_axes, taken.plane_sides, strict=True)
        if taken.deep and math.prod(taken.plane_sides) > ENOUGH:
            for axis, length in pairs:
                begin = max(0, (length - most) // 2)
                index[axis] = slice(begin, begin + most)
        one = self.data[tuple(index)]
        pixels = one if isinstance(one, np.ma.MaskedArray) else np.asarray(one)
        return pixels[..., :3] if self.has_alpha else pixels

    @property
    def taken(self) -> Stack:
        """The same axes, with volumes for planes if these are restored."""
        deep = self.fit == 'volume'
        return as_volumes(self.stack) if deep else self.stack

    @property
    def place(self) -> Index:
        """Where the plane or volume lies that the viewer shows."""
        return tuple(
            one if axis in self.taken.counted else slice(None)
            for axis, one in enumerate(self.shown)
        )

    @property
    def has_sample(self) -> bool:
        """Not of volumes that are lazy: each depth may be a file."""
        return self.fit != 'volume' or isinstance(self.data, np.ndarray)

    @property
    def shares_networks(self) -> bool:
        """Whether planes may share networks, and it is soon told how many."""
        return self.fit != 'volume' and isinstance(self.data, np.ndarray)

    def count_networks(self) -> int:
        """Tell how many networks planes share; called in a worker."""
        from napari_dip.tasks.series.networks import count_networks

        return count_networks(self.data, self.stack)

    @property
    def pixels(self) -> Any:
        """All planes, unread if they are lazy."""
        return self.data

    @property
    def spatial_axes(self) -> tuple[int, ...]:
        """Axes of the data that are rows and columns."""
        return self.stack.plane_axes

    def like(self) -> ZarrImage:
        """Say what a file of it says of axes, voxels and channels."""
        told = self.attributes
        letters = self.stack.letters
        # Colours of a pixel are no axis of the layer.
        spare = len(letters) - len(told['scale'])
        units = [*map(str, told['units']), *['pixel'] * spare]
        axes = [
            {'name': letter.lower()}
            | ({} if unit == 'pixel' else {'unit': unit})
            for letter, unit in zip(letters, units, strict=True)
        ]
        transforms = (
            {'type': 'scale', 'scale': [*told['scale'], *[1.0] * spare]},
            {
                'type': 'translation',
                'translation': [*told['translate'], *[0.0] * spare],
            },
        )
        channels = [
            {'label': one.name, 'color': _colour(one), 'active': True}
            for one in self.members
        ]
        named = tuple(channels) or self.channels
        return ZarrImage(self.data, tuple(axes), transforms, named)

    @property
    def key(self) -> tuple[Any, ...]:
        """Another one where the layer may hold something else."""
        return *super().key, self.stack


def letters_of_layer(layer: Image) -> str:
    """Letters of the axes of a layer, named or guessed; '' if neither."""
    letters = read_letters(layer)
    if letters is not None:
        return letters
    try:
        guessed = settle_stack(_shape(layer)).letters
    except ValueError:
        # Who restores every plane takes a few for planes, not for channels.
        return 'ZYX' if layer.ndim == len('ZYX') else ''
    return guessed[: layer.ndim]


def find_stack(layer: Image, channel_axis: int | None, letters: str) -> Stack:
    """Settle the axes of a layer.

    Parameters
    ----------
    layer : Image
        The layer.
    channel_axis : int or None
        Axis of channels that are restored together.
    letters : str
        A letter for each axis of the layer.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    told = letters.strip() or None
    if told is not None and layer.rgb:
        told += 'S'
    axis = None if layer.rgb else channel_axis
    return settle_stack(_shape(layer), told, axis, f'layer "{layer.name}"')


def describe_series(
    layer: Image, channel_axis: int | None, letters: str, dims: Dims
) -> SeriesSource:
    """Describe all planes of an image layer.

    Parameters
    ----------
    layer, channel_axis, letters
        As in :func:`find_stack`.
    dims : Dims
        Axes and sliders of the viewer.

    Raises
    ------
    ValueError
        If the axes do not fit.
    """
    stack = find_stack(layer, channel_axis, letters)
    point = point_shown(layer, dims)
    shown: list[Any] = [slice(None)] * len(stack.shape)
    for axis in stack.counted:
        shown[axis] = point[axis]
    one = describe_image(layer, channel_axis, dims)
    common = {f.name: getattr(one, f.name) for f in fields(one)}
    common |= {
        'channel_axis': -1 if layer.rgb else stack.channel_axis,
        'attributes': copy_attributes(layer),
        'plane': WHOLE,
    }
    return SeriesSource(**common, stack=stack, shown=tuple(shown))


def _colour(source: ImageSource) -> str:
    """Brightest colour of a layer, as OME-Zarr spells it."""
    brightest = source.attributes['colormap'].colors[-1]
    return ''.join(f'{round(255 * float(n)):02X}' for n in brightest[:3])


def _shape(layer: Image) -> tuple[int, ...]:
    return tuple(highest_resolution(layer).shape)


def count_planes(layer: Image | None, channel_axis: int | None) -> int:
    """How many planes a layer has at least, whatever its axes are called."""
    if layer is None:
        return 0
    lengths = [
        n for a, n in enumerate(layer_shape(layer)) if a != channel_axis
    ]
    long = sorted(lengths)[:-2]
    return int(np.prod([n for n in long if n > 1]))

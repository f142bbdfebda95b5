"""From layers to what a restoration takes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from napari.components import Dims

from napari_dip.viewer.layers.metadata import read_channels
from napari_dip.viewer.layers.placement import copy_attributes, move_to
from napari_dip.viewer.layers.planes import (
    WHOLE,
    Plane,
    highest_resolution,
    shown_plane,
)
from napari_dip.viewer.panel.words import describe_shape
from napari_dip.viewer.preferences import read_preferences

if TYPE_CHECKING:
    from napari.layers import Image, Labels
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ImageSource:
    """An image layer as it was when a run was asked for.

    Nothing refers to the layer: it may be renamed or removed meanwhile.

    Parameters
    ----------
    data : array_like
        Highest resolution of the layer; perhaps lazy, so nothing is read
        until :meth:`array` is called.
    name : str
        Name of the layer.
    channel_axis : int or None
        Axis of the channels in what :meth:`array` returns.
    has_alpha : bool
        Whether the last channel is the opacity of an RGBA image, which is
        not restored but handed on.
    multiscale : bool
        Whether `data` is the first of several resolutions.
    path : str or None
        File that the layer was read from: its name, with the folders only
        if the user's preferences say so.
    attributes : dict
        Attributes for a layer over the plane.
    plane : Plane
        Which plane of the layer it is, where there are several.
    identity : str
        What the layer is known by, however it is named.
    region : tuple of (int, (int, int))
        Axes of the layer of which `data` is a part: the first pixel, and the
        one after the last.
    members : tuple of ImageSource
        Layers that are its channels, if it was joined of several.
    channels : tuple of dict
        Names and colours of its channels, where they are told.
    """

    data: Any
    name: str
    channel_axis: int | None
    has_alpha: bool
    multiscale: bool
    path: str | None
    attributes: dict[str, Any]
    plane: Plane = WHOLE
    identity: str = ''
    region: tuple[tuple[int, tuple[int, int]], ...] = ()
    members: tuple[ImageSource, ...] = ()
    channels: tuple[dict[str, Any], ...] = ()

    def array(self) -> NDArray[Any]:
        """Read the intensities; may take long for lazy data.

        What is fully transparent has no colour and is masked.
        """
        pixels = self.pixels
        if not isinstance(pixels, np.ma.MaskedArray):
            pixels = np.asarray(pixels)
        if not self.has_alpha:
            return pixels
        colours, hidden = pixels[..., :3], pixels[..., 3:] == 0
        if not hidden.any():
            return colours
        return np.ma.masked_array(
            colours, np.broadcast_to(hidden, colours.shape)
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what :meth:`array` returns."""
        return self.plane.shape_of(_without_alpha(self))

    @property
    def positive_channel_axis(self) -> int | None:
        """Axis of the channels, counted from the front."""
        if self.channel_axis is None:
            return None
        return self.channel_axis % len(self.shape)

    @property
    def spatial_axes(self) -> tuple[int, ...]:
        """Axes of the layer's data that are rows and columns."""
        kept = [
            axis
            for axis in range(len(self.data.shape))
            if axis not in self.plane.taken
        ]
        return tuple(
            axis
            for place, axis in enumerate(kept)
            if place != self.positive_channel_axis
        )

    @property
    def pixels(self) -> Any:
        """The plane, opacity and all, unread if it is lazy."""
        return self.plane.take(self.data)

    @property
    def has_sample(self) -> bool:
        """Whether :meth:`array` reads no more than a forecast is worth."""
        return True

    @property
    def key(self) -> tuple[Any, ...]:
        """Another one where the layer may hold something else."""
        if self.members:
            return tuple(one.key for one in self.members)
        return self.name, id(self.data), self.plane, self.region

    def tell(self) -> dict[str, Any]:
        """Say which pixels it is, as JSON can hold it."""
        return {
            'layer': self.name,
            'id': self.identity,
            'file': self.path,
            'dtype': str(self.data.dtype),
            'plane': list(self.plane.index),
            'multiscale': self.multiscale,
            'has_alpha': self.has_alpha,
            'region': [[axis, list(span)] for axis, span in self.region],
            'members': [member.tell() for member in self.members],
            'channels': list(self.channels),
        }


@dataclass(frozen=True)
class MaskSource:
    """A labels layer as it was when a run was asked for.

    Parameters
    ----------
    data : array_like
        Labels of every pixel of the plane; a copy where they lie in memory,
        because painting goes on.
    name : str
        Name of the layer.
    label : int or None
        The label that marks missing pixels; None for every nonzero one.
    plane : Plane
        Which plane of the layer it is.
    identity : str
        What the layer is known by, however it is named.
    inverted : bool
        Whether all the other pixels are missing.
    axes : tuple of int or None
        Axes of the image that `data` has, if they were brought to its pixels
        from others; None if they lie over them as they are.
    """

    data: Any
    name: str
    label: int | None
    plane: Plane = WHOLE
    identity: str = ''
    inverted: bool = False
    axes: tuple[int, ...] | None = None

    def array(self) -> NDArray[np.bool_]:
        """Read the mask: True where a pixel is missing."""
        labels = np.asarray(self.data)
        missing: NDArray[np.bool_]
        missing = labels != 0 if self.label is None else labels == self.label
        return ~missing if self.inverted else missing

    def checksum(self) -> int | None:
        """Tell one mask from another; None if it marks nothing or is lazy."""
        if not isinstance(self.data, np.ndarray):
            return None
        missing = self.array()
        if not missing.any():
            return None
        return zlib.crc32(np.packbits(missing).tobytes())

    def tell(self) -> dict[str, Any]:
        """Say which labels are filled, as JSON can hold it."""
        return {
            'layer': self.name,
            'id': self.identity,
            'plane': list(self.plane.index),
            'label': self.label,
            'inverted': self.inverted,
            'axes': self.axes and list(self.axes),
        }


def describe_image(
    layer: Image, channel_axis: int | None, dims: Dims | None = None
) -> ImageSource:
    """Describe an image layer.

    Parameters
    ----------
    layer : Image
        The layer; of a stack the plane that is shown.
    channel_axis : int or None
        What the user chose; an RGB layer has its channels last.
    dims : Dims, optional
        Axes and sliders of the viewer; without them the first plane counts.

    Raises
    ------
    ValueError
        If the layer has no such axis beside those of a plane.
    """
    if not layer.rgb and channel_axis is not None and layer.ndim < 3:
        raise ValueError(
            f'Layer "{layer.name}" is one plane without a channel axis; set '
            '"channel axis" to "none".'
        )
    if layer.rgb:
        channel_axis = None
    plane = shown_plane(layer, channel_axis, dims or Dims(ndim=layer.ndim))
    axis = -1 if layer.rgb else None
    if channel_axis is not None:
        axis = plane.axis_after(channel_axis)
    data = highest_resolution(layer)
    return ImageSource(
        data,
        layer.name,
        axis,
        has_alpha=bool(layer.rgb) and data.shape[-1] == 4,
        multiscale=bool(layer.multiscale),
        path=_name_file(layer),
        attributes=move_to(copy_attributes(layer), plane),
        plane=plane,
        identity=str(layer.unique_id),
        channels=read_channels(layer),
    )


def describe_repeats(layer: Image, image: ImageSource) -> ImageSource:
    """Describe a layer that shows the field of another once more.

    Parameters
    ----------
    layer : Image
        One frame, or a stack of them along the first axis; of a layer with
        the axes of the image the same plane is taken.
    image : ImageSource
        The image of the field.

    Raises
    ------
    ValueError
        If the layer is that of the image, or has another shape.
    """
    data = highest_resolution(layer)
    if data is image.data:
        raise ValueError(
            f'Layer "{layer.name}" is the image itself; choose another frame '
            'of the field as "repeat", or none.'
        )
    source = ImageSource(
        data,
        layer.name,
        image.channel_axis,
        has_alpha=bool(layer.rgb) and data.shape[-1] == 4,
        multiscale=bool(layer.multiscale),
        path=None,
        attributes={},
        identity=str(layer.unique_id),
    )
    found = _without_alpha(source)
    for plane in _planes_of_repeats(found, image):
        shape = plane.shape_of(found)
        if image.shape in (shape, shape[1:]):
            return replace(source, plane=plane)
    found_words, words = describe_shape(found), describe_shape(image.shape)
    raise ValueError(
        f'Layer "{layer.name}" is {found_words} but layer "{image.name}" is '
        f'{words}; choose a frame of the same field as "repeat", a stack '
        'of such frames, or none.'
    )


def describe_mask(
    layer: Labels, label: int | None, plane: Plane = WHOLE
) -> MaskSource:
    """Describe a plane of a labels layer as a mask."""
    data = plane.take(highest_resolution(layer))
    if isinstance(data, np.ndarray):
        data = data.copy()
    return MaskSource(data, layer.name, label, plane, str(layer.unique_id))


def _name_file(layer: Image) -> str | None:
    """Name the file of a layer; its folders are nobody's business."""
    path = layer.source.path
    if path is None or read_preferences().full_paths:
        return path and str(path)
    # A web address may end in a key.
    return PurePath(urlsplit(path).path if '://' in path else path).name


def _without_alpha(source: ImageSource) -> tuple[int, ...]:
    """Shape of the layer's data, the opacity left out."""
    shape = tuple(source.data.shape)
    return (*shape[:-1], 3) if source.has_alpha else shape


def _planes_of_repeats(
    found: tuple[int, ...], image: ImageSource
) -> Iterator[Plane]:
    """Ways to take planes like an image's out of further frames."""
    index = image.plane.index
    full = _without_alpha(image)
    if found == full:
        yield image.plane
    if found[1:] == full:
        yield Plane((None, *index))
    yield Plane()
    yield Plane(tuple(0 if length == 1 else None for length in found))

"""From a layer to what a restoration takes, and to a layer that fits it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.transforms import Affine

if TYPE_CHECKING:
    from napari.layers import Image, Labels, Layer
    from numpy.typing import NDArray

# What makes the result look like its source. Blending, opacity and
# visibility are the user's arrangement of the original, not properties of
# the image: an additive copy on top would double it.
_PLACE = ('scale', 'translate', 'rotate', 'shear', 'units', 'axis_labels')
_LOOK = (
    'attenuation',
    'colormap',
    'contrast_limits',
    'gamma',
    'interpolation2d',
    'interpolation3d',
    'iso_threshold',
    'rendering',
)


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
        Axis of the channels.
    has_alpha : bool
        Whether the last channel is the opacity of an RGBA image, which is
        not restored but handed on.
    multiscale : bool
        Whether `data` is the first of several resolutions.
    path : str or None
        File that the layer was read from.
    attributes : dict
        Attributes for a layer over the same rectangle.
    """

    data: Any
    name: str
    channel_axis: int | None
    has_alpha: bool
    multiscale: bool
    path: str | None
    attributes: dict[str, Any]

    def array(self) -> NDArray[Any]:
        """Read the pixels to restore; may take long for lazy data."""
        array = np.asarray(self.data)
        return array[..., :3] if self.has_alpha else array

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what :meth:`array` returns."""
        shape = tuple(self.data.shape)
        return (*shape[:-1], 3) if self.has_alpha else shape

    @property
    def positive_channel_axis(self) -> int | None:
        """Axis of the channels, counted from the front."""
        if self.channel_axis is None:
            return None
        return self.channel_axis % len(self.shape)

    @property
    def spatial_axes(self) -> tuple[int, ...]:
        """Axes of the array that are not the channels'."""
        return tuple(
            axis
            for axis in range(len(self.shape))
            if axis != self.positive_channel_axis
        )


@dataclass(frozen=True)
class MaskSource:
    """A labels layer as it was when a run was asked for.

    Parameters
    ----------
    data : array_like
        Labels of every pixel; a copy where they lie in memory, because
        painting goes on.
    name : str
        Name of the layer.
    label : int or None
        The label that marks missing pixels; None for every nonzero one.
    """

    data: Any
    name: str
    label: int | None

    def array(self) -> NDArray[np.bool_]:
        """Read the mask: True where a pixel is missing."""
        labels = np.asarray(self.data)
        missing: NDArray[np.bool_]
        missing = labels != 0 if self.label is None else labels == self.label
        return missing

    def checksum(self) -> int | None:
        """Tell one mask from another; None if it marks nothing or is lazy."""
        if not isinstance(self.data, np.ndarray):
            return None
        missing = self.array()
        if not missing.any():
            return None
        return zlib.crc32(np.packbits(missing).tobytes())


def describe_image(layer: Image, channel_axis: int | None) -> ImageSource:
    """Describe an image layer.

    Parameters
    ----------
    layer : Image
        The layer.
    channel_axis : int or None
        What the user chose; an RGB layer has its channels last.

    Raises
    ------
    ValueError
        If the layer is neither a plane nor a plane with channels.
    """
    axis = -1 if layer.rgb else channel_axis
    data = highest_resolution(layer)
    check_axes(layer, axis)
    return ImageSource(
        data,
        layer.name,
        axis,
        has_alpha=bool(layer.rgb) and data.shape[-1] == 4,
        multiscale=bool(layer.multiscale),
        path=layer.source.path,
        attributes=copy_attributes(layer),
    )


def describe_repeats(layer: Image, image: ImageSource) -> ImageSource:
    """Describe a layer that shows the field of another once more.

    Parameters
    ----------
    layer : Image
        One frame, or a stack of them along the first axis.
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
        path=layer.source.path,
        attributes={},
    )
    if image.shape not in (source.shape, source.shape[1:]):
        raise ValueError(
            f'Layer "{layer.name}" is {_times(source.shape)} but layer '
            f'"{image.name}" is {_times(image.shape)}; choose a frame of the '
            'same field as "repeat", a stack of such frames, or none.'
        )
    return source


def describe_mask(layer: Labels, label: int | None) -> MaskSource:
    """Describe a labels layer as a mask."""
    data = highest_resolution(layer)
    if isinstance(data, np.ndarray):
        data = data.copy()
    return MaskSource(data, layer.name, label)


def highest_resolution(layer: Layer) -> Any:
    """Pixels of a layer, unread if they are lazy."""
    return layer.data[0] if getattr(layer, 'multiscale', False) else layer.data


def check_axes(layer: Image, channel_axis: int | None) -> None:
    """Check that a layer is a plane, perhaps with channels.

    Raises
    ------
    ValueError
        If it is not.
    """
    if layer.ndim == 2 and (layer.rgb or channel_axis is None):
        return
    if layer.ndim == 3 and not layer.rgb and channel_axis is not None:
        return
    if layer.ndim == 2:
        problem = (
            'is one plane without a channel axis; set "channel axis" to "none"'
        )
    elif layer.ndim == 3 and not layer.rgb:
        problem = (
            'has three axes; if one of them holds channels, choose it as '
            '"channel axis", otherwise take out one plane (stacks are not '
            'restored yet)'
        )
    else:
        problem = (
            f'has {layer.ndim} axes; stacks are not restored yet, take out '
            'one plane'
        )
    raise ValueError(f'Layer "{layer.name}" {problem}.')


def copy_attributes(layer: Image) -> dict[str, Any]:
    """Copy what makes a layer lie over another and look like it."""
    names = [*_PLACE, *_LOOK]
    if layer.rgb:
        names.remove('contrast_limits')
    attributes = {name: getattr(layer, name) for name in names}
    attributes['affine'] = layer.affine.affine_matrix.copy()
    attributes['rgb'] = bool(layer.rgb)
    return attributes


def place_of(attributes: dict[str, Any]) -> dict[str, Any]:
    """Keep of a layer's attributes where it lies, not how it looks."""
    names = (*_PLACE, 'affine')
    return {name: attributes[name] for name in names if name in attributes}


def enlarge(
    attributes: dict[str, Any], factors: Sequence[int]
) -> dict[str, Any]:
    """Adapt attributes to a result with more pixels in the same rectangle.

    Parameters
    ----------
    attributes : dict
        Of the source layer.
    factors : sequence of int
        Pixels of the result a pixel of the source, for every axis of the
        layer.

    Notes
    -----
    With x the pixel coordinates of the source, x' those of the result and
    pixel centres at whole numbers, x + 1/2 = (x' + 1/2) / f. In the world
    of the source T + L x, with L = rotation · shear · scale, this becomes
    T + L (1/f - 1) / 2 + L diag(1/f) x'.
    """
    inverse = 1 / np.asarray(factors, float)
    linear = Affine(
        scale=attributes['scale'],
        rotate=attributes['rotate'],
        shear=attributes['shear'],
    ).linear_matrix
    return {
        **attributes,
        'scale': np.asarray(attributes['scale']) * inverse,
        'translate': np.asarray(attributes['translate'])
        + linear @ ((inverse - 1) / 2),
    }


def check_mask_covers(
    image: Image, mask: Labels, channel_axis: int | None
) -> None:
    """Check that a labels layer lies pixel by pixel over an image layer.

    Parameters
    ----------
    image : Image
        The image.
    mask : Labels
        Over its planes, or over planes and channels alike.
    channel_axis : int or None
        Axis of the image layer that holds channels; not of an RGB layer.

    Raises
    ------
    ValueError
        If the shapes or the transforms differ.
    """
    shape = highest_resolution(image).shape[: image.ndim]
    found = highest_resolution(mask).shape
    axes = _axes_under(found, shape, channel_axis)
    if axes is None:
        raise ValueError(
            f'Labels layer "{mask.name}" is {_times(found)} but image layer '
            f'"{image.name}" is {_times(shape)}; make a new labels layer '
            'while the image is selected.'
        )
    if not _same_place(image, mask, axes):
        raise ValueError(
            f'Labels layer "{mask.name}" and image layer "{image.name}" have '
            'another scale, translation or other transform; give the labels '
            'the transform of the image, or make a new labels layer while '
            'the image is selected.'
        )


def _axes_under(
    found: Sequence[int], shape: Sequence[int], channel_axis: int | None
) -> list[int] | None:
    """Axes of the image that a mask of shape `found` has, None if none."""
    every = list(range(len(shape)))
    planes = [axis for axis in every if axis != channel_axis]
    for axes in (every, planes):
        if [shape[axis] for axis in axes] == list(found):
            return axes
    return None


def _same_place(image: Layer, mask: Layer, axes: list[int]) -> bool:
    """Whether pixels with the same index lie at the same place."""
    extent = np.vstack([np.zeros(len(axes)), np.eye(len(axes)) * 1000])
    for position in extent:
        over_image = np.zeros(image.ndim)
        over_image[axes] = position
        here = np.asarray(image.data_to_world(over_image))[axes]
        if not np.allclose(here, mask.data_to_world(position)):
            return False
    return True


def _times(shape: Sequence[int]) -> str:
    return ' × '.join(str(length) for length in shape)

"""Whether a labels layer lies over an image layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Labels

from napari_dip.viewer.layers.layers import (
    ImageSource,
    MaskSource,
    describe_mask,
)
from napari_dip.viewer.layers.masks.marks import marked_over
from napari_dip.viewer.layers.planes import Plane, layer_shape
from napari_dip.viewer.layers.stacks import SeriesSource
from napari_dip.viewer.panel.words import describe_shape

if TYPE_CHECKING:
    from napari.layers import Image, Layer


def find_mask(
    image: Image,
    mask: Layer,
    source: ImageSource,
    channel_axis: int | None,
    label: int | None,
) -> MaskSource:
    """Find what a layer marks of an image.

    Labels that lie over it pixel by pixel are taken as they are, all else is
    brought to its pixels.

    Parameters
    ----------
    image : Image
        The image.
    mask : Labels, Shapes or Points
        The layer.
    source : ImageSource
        What is taken of the image.
    channel_axis : int or None
        As in :func:`mask_plane`.
    label : int or None
        The label that is filled; None for all.

    Raises
    ------
    ValueError
        If the layer has more axes than the image, or rows and columns are
        not the last ones.
    """
    series = isinstance(source, SeriesSource)
    spatial = source.spatial_axes if series else None
    if isinstance(mask, Labels):
        with suppress(ValueError):
            plane = mask_plane(
                image, mask, channel_axis, source.plane, spatial
            )
            return describe_mask(mask, label, plane)
    axes = tuple(a for a in source.spatial_axes if a < image.ndim)
    if mask.ndim > image.ndim or axes != (image.ndim - 2, image.ndim - 1):
        raise ValueError(
            f'Layer "{mask.name}" cannot be brought to the pixels of image '
            f'layer "{image.name}", whose last axes have to be rows and '
            'columns; make a new labels layer while the image is selected.'
        )
    if series and mask.ndim > len(axes):
        axes = tuple(a for a in range(image.ndim) if a != channel_axis)
    data = marked_over(image, mask, source.plane.index, axes)
    identity = str(mask.unique_id)
    return MaskSource(
        data, mask.name, label, source.plane, identity, axes=axes
    )


def mask_plane(
    image: Image,
    mask: Labels,
    channel_axis: int | None,
    plane: Plane,
    spatial: Sequence[int] | None = None,
) -> Plane:
    """Find the plane of a labels layer that lies over that of an image.

    Parameters
    ----------
    image : Image
        The image.
    mask : Labels
        Over all its axes, over the last ones, or over those of the plane;
        with the channels or without.
    channel_axis : int or None
        Axis of the image layer that holds channels; not of an RGB layer.
    plane : Plane
        What is taken of the image.
    spatial : sequence of int, optional
        Axes that the mask has at least; all that are taken unless given.

    Returns
    -------
    Plane
        What is to be taken of the labels, to lie over it pixel by pixel.

    Raises
    ------
    ValueError
        If the shapes or the transforms differ.
    """
    shape, found = layer_shape(image), layer_shape(mask)
    for axes in _axes_to_share(image.ndim, channel_axis, plane, spatial):
        if tuple(shape[axis] for axis in axes) == found:
            break
    else:
        found_words, words = describe_shape(found), describe_shape(shape)
        raise ValueError(
            f'Labels layer "{mask.name}" is {found_words} but image layer '
            f'"{image.name}" is {words}; make a new labels layer while the '
            'image is selected.'
        )
    if not _same_place(image, mask, axes, plane):
        raise ValueError(
            f'Labels layer "{mask.name}" and image layer "{image.name}" have '
            'another scale, translation or other transform; give the labels '
            'the transform of the image, or make a new labels layer while '
            'the image is selected.'
        )
    return plane.restricted(axes)


def _axes_to_share(
    ndim: int,
    channel_axis: int | None,
    plane: Plane,
    least: Sequence[int] | None,
) -> Iterator[list[int]]:
    """Axes of an image that a mask may have, the most of them first."""
    every = list(range(ndim))
    kept = [axis for axis in every if axis not in plane.taken]
    spatial = least or [axis for axis in kept if axis != channel_axis]
    for axes in (every, kept):
        without = [axis for axis in axes if axis != channel_axis]
        # As napari has it, a layer with fewer axes has the last ones.
        for start in range(len(axes)):
            for some in (axes[start:], without[start:]):
                if set(spatial) <= set(some):
                    yield some


def _same_place(
    image: Layer, mask: Layer, axes: list[int], plane: Plane
) -> bool:
    """Whether pixels with the same index lie at the same place."""
    origin = np.zeros(image.ndim)
    origin[: len(plane.index)] = plane.origin
    spans = [0 if axis in plane.taken else 1000 for axis in axes]
    for step in np.vstack([np.zeros(len(axes)), np.diag(spans)]):
        over_image = origin.copy()
        over_image[axes] += step
        here = np.asarray(image.data_to_world(over_image))[axes]
        if not np.allclose(here, mask.data_to_world(over_image[axes])):
            return False
    return True

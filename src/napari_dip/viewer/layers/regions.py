"""A part of an image layer: the view, or a rectangle that is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Shapes

from napari_dip.viewer.layers.masks.marks import corners_over
from napari_dip.viewer.layers.placement import copy_attributes, shift
from napari_dip.viewer.layers.planes import highest_resolution, layer_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: First pixel of an axis and the one after the last.
Spans = dict[int, tuple[int, int]]


def crop_layer(layer: Image, spans: Mapping[int, Sequence[int]]) -> Image:
    """Make a layer of a part of another, unread if that is lazy.

    Parameters
    ----------
    layer : Image
        The layer; of several resolutions the finest is taken.
    spans : mapping of int to (int, int)
        For some axes the first pixel and the one after the last.
    """
    data = highest_resolution(layer)
    index = [slice(None)] * len(data.shape)
    origin = np.zeros(layer.ndim)
    for axis, (start, stop) in spans.items():
        index[axis] = slice(start, stop)
        origin[axis] = start
    attributes = shift(copy_attributes(layer), origin)
    return Image(
        data[tuple(index)],
        name=layer.name,
        metadata=layer.metadata,
        **attributes,
    )


def spans_in_view(layer: Image, axes: Sequence[int]) -> Spans:
    """Find what of some axes of a layer the canvas shows."""
    corners = np.asarray(layer.corner_pixels, float)
    if layer.multiscale:
        corners = corners * layer.downsample_factors[layer.data_level]
    first, last = np.floor(corners[0]), np.ceil(corners[1])
    return _within(layer, axes, first[list(axes)], last[list(axes)])


def spans_of_shapes(
    layer: Image, shapes: Shapes, axes: Sequence[int]
) -> Spans:
    """Find what of some axes lies around the shapes of a layer.

    Around those that are selected, or all.

    Raises
    ------
    ValueError
        If there is none.
    """
    found = corners_over(layer, shapes)
    chosen = [found[n] for n in sorted(shapes.selected_data)] or found
    if not chosen:
        raise ValueError(
            f'Shapes layer "{shapes.name}" is empty; draw a rectangle around '
            'what is to be restored, or choose another region.'
        )
    corners: NDArray[Any] = np.concatenate(chosen)
    # A pixel is half a step wider than its middle.
    first, last = corners.min(axis=0) + 0.5, corners.max(axis=0) - 0.5
    return _within(layer, axes, np.floor(first), np.ceil(last))


def _within(
    layer: Image,
    axes: Sequence[int],
    first: NDArray[Any],
    last: NDArray[Any],
) -> Spans:
    """Return spans within a layer.

    Raises
    ------
    ValueError
        If nothing of it is in them.
    """
    shape = layer_shape(layer)
    spans = {}
    for axis, low, high in zip(axes, first, last, strict=True):
        start, stop = max(int(low), 0), min(int(high) + 1, shape[axis])
        if stop <= start:
            raise ValueError(
                f'Nothing of layer "{layer.name}" lies in the region; move '
                'it over the layer, or choose the whole.'
            )
        spans[axis] = (start, stop)
    return spans

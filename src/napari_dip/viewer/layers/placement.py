"""Where a layer lies and how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers.utils.layer_utils import calc_data_range
from napari.utils.transforms import Affine

if TYPE_CHECKING:
    from napari.layers import Image
    from numpy.typing import NDArray

    from napari_dip.viewer.layers.planes import Plane

_PLACE = ('scale', 'translate', 'rotate', 'shear', 'units', 'axis_labels')
# What makes the result look like its source. Opacity and visibility are the
# user's arrangement of the original, not properties of the image.
_LOOK = (
    'attenuation',
    'blending',
    'colormap',
    'contrast_limits',
    'gamma',
    'interpolation2d',
    'interpolation3d',
    'iso_threshold',
    'rendering',
)


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


def tell_place(attributes: dict[str, Any]) -> dict[str, Any]:
    """Say where a layer lies, as JSON can hold it and napari takes it.

    What changes nothing, such as a rotation by zero, is left out.
    """
    told: dict[str, Any] = {}
    for name, value in place_of(attributes).items():
        if name in ('units', 'axis_labels'):
            told[name] = [str(entry) for entry in value]
            continue
        numbers = np.asarray(value, float)
        nothing = np.eye(len(numbers)) if numbers.ndim == 2 else 0
        if name in ('scale', 'translate') or not np.all(numbers == nothing):
            told[name] = numbers.tolist()
    return told


def move_to(attributes: dict[str, Any], plane: Plane) -> dict[str, Any]:
    """Adapt attributes to a layer that begins at a plane of the source."""
    return shift(attributes, plane.origin[: len(attributes['scale'])])


def shift(
    attributes: dict[str, Any], origin: Sequence[float] | NDArray[Any]
) -> dict[str, Any]:
    """Adapt attributes to a layer that begins at a pixel of the source."""
    if not any(origin):
        return attributes
    translate = np.asarray(attributes['translate'])
    by = np.zeros(len(translate))
    by[: len(origin)] = origin
    return {
        **attributes,
        'translate': translate + _linear_part(attributes) @ by,
    }


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
    return {
        **attributes,
        'scale': np.asarray(attributes['scale']) * inverse,
        'translate': np.asarray(attributes['translate'])
        + _linear_part(attributes) @ ((inverse - 1) / 2),
    }


def is_automatic(limits: Sequence[float], data: Any, plane: Plane) -> bool:
    """Whether contrast limits are napari's own and not the user's.

    Parameters
    ----------
    limits : sequence of float
        Lowest and highest.
    data : array_like
        Pixels of the layer. Lazy ones are not read, and what spans them is
        taken for the user's choice.
    plane : Plane
        What of it is restored.
    """
    dtype = np.dtype(data.dtype)
    spans: list[tuple[float, float]] = []
    if dtype.kind in 'iu':
        spans.append((np.iinfo(dtype).min, np.iinfo(dtype).max))
    if isinstance(data, np.ndarray):
        spans += [calc_data_range(plane.take(data)), calc_data_range(data)]
    return tuple(limits) in spans


def _linear_part(attributes: dict[str, Any]) -> NDArray[np.float64]:
    matrix: NDArray[np.float64] = Affine(
        scale=attributes['scale'],
        rotate=attributes['rotate'],
        shear=attributes['shear'],
    ).linear_matrix
    return matrix

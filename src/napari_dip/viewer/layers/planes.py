"""Which plane of a layer is restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from napari.components import Dims
    from napari.layers import Layer
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Plane:
    """One entry of some axes of an array, and all of the others.

    Parameters
    ----------
    index : tuple of int or None
        For each axis of the array the entry that is taken, or None where
        all are; axes that it does not reach are taken whole.

    Examples
    --------
    >>> import numpy as np
    >>> plane = Plane((2, None, 0))
    >>> plane.take(np.zeros((3, 5, 1, 7))).shape
    (5, 7)
    >>> plane.put_back(np.zeros((5, 7))).shape
    (1, 5, 1, 7)
    """

    index: tuple[int | None, ...] = ()

    @property
    def taken(self) -> tuple[int, ...]:
        """Axes of which one entry is taken."""
        return tuple(a for a, i in enumerate(self.index) if i is not None)

    @property
    def origin(self) -> list[int]:
        """Where in the array the first pixel lies."""
        return [index or 0 for index in self.index]

    def take(self, data: Any) -> Any:
        """Take it out of an array, which may be lazy."""
        return data[tuple(slice(None) if i is None else i for i in self.index)]

    def put_back(self, data: NDArray[Any]) -> NDArray[Any]:
        """Give the axes back, of length one."""
        return np.expand_dims(data, self.taken)

    def shape_of(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Shape that :meth:`take` leaves of one."""
        return tuple(
            length
            for axis, length in enumerate(shape)
            if axis not in self.taken
        )

    def axis_after(self, axis: int) -> int:
        """Number that an axis has in what :meth:`take` returns."""
        return axis - sum(taken < axis for taken in self.taken)

    def restricted(self, axes: Sequence[int]) -> Plane:
        """The same for an array that has only some of the axes."""
        return Plane(tuple(self.index[a] for a in axes if a < len(self.index)))


#: All of an array.
WHOLE = Plane()


def shown_plane(layer: Layer, channel_axis: int | None, dims: Dims) -> Plane:
    """Find the plane of a layer that the viewer shows.

    Parameters
    ----------
    layer : Layer
        An image.
    channel_axis : int or None
        Axis of the layer that is taken whole, whether it is shown or not.
    dims : Dims
        Axes and sliders of the viewer.

    Returns
    -------
    Plane
        Axes of length one are never those of the plane, unless there are no
        others.
    """
    shape = layer_shape(layer)
    order = [a for a in _display_order(layer, dims) if a != channel_axis]
    long = [axis for axis in order if shape[axis] > 1]
    kept = (long if len(long) > 1 else order)[-2:]
    point = _point_in_layer(layer, dims)
    return Plane(
        tuple(
            None
            if axis in kept or axis == channel_axis
            else int(np.clip(np.rint(point[axis]), 0, length - 1))
            for axis, length in enumerate(shape)
        )
    )


def point_shown(layer: Layer, dims: Dims) -> list[int]:
    """Entry of each axis of a layer at which the sliders stand."""
    point = np.rint(_point_in_layer(layer, dims))
    last = np.array(layer_shape(layer)) - 1
    return [int(n) for n in np.clip(point, 0, last)]


def describe_plane(layer: Layer, plane: Plane) -> str:
    """Say which plane of a stack is taken; nothing if there is no choice.

    Entries are counted from 0, as the sliders of the viewer count them.
    """
    shape = layer_shape(layer)
    told = [
        f'{_axis_name(layer, axis)} = {plane.index[axis]} '
        f'(0 … {shape[axis] - 1})'
        for axis in plane.taken
        if shape[axis] > 1
    ]
    # A line may end between two axes, not within one.
    told = [one.replace(' ', '\N{NO-BREAK SPACE}') for one in told]
    return f'as shown: {", ".join(told)}' if told else ''


def layer_shape(layer: Layer) -> tuple[int, ...]:
    """Lengths of the axes of a layer; colours are no axis."""
    return tuple(highest_resolution(layer).shape[: layer.ndim])


def highest_resolution(layer: Layer) -> Any:
    """Pixels of a layer, unread if they are lazy."""
    return layer.data[0] if getattr(layer, 'multiscale', False) else layer.data


def _axis_name(layer: Layer, axis: int) -> str:
    label: str = layer.axis_labels[axis]
    # Napari's own labels count from the end.
    is_named = not label.lstrip('-').isdecimal()
    return label if is_named else f'axis {axis}'


def _display_order(layer: Layer, dims: Dims) -> list[int]:
    """Axes of a layer as the viewer orders them; the last two are shown."""
    spare = dims.ndim - layer.ndim
    order = [*range(spare, 0), *dims.order]
    return [axis - spare for axis in order if axis >= spare]


def _point_in_layer(layer: Layer, dims: Dims) -> NDArray[np.floating[Any]]:
    """Where the sliders stand, in pixels of a layer."""
    point = np.zeros(layer.ndim)
    common = min(layer.ndim, dims.ndim)
    point[-common:] = dims.point[-common:]
    if dims.units is not None:
        # The viewer may count in another unit than the layer.
        pairs = zip(dims.units[-common:], layer.units[-common:], strict=True)
        point[-common:] *= [
            float((1 * world).to(own).magnitude) for world, own in pairs
        ]
    return layer.world_to_data(point)

"""What layers of labels, shapes or points mark on the pixels of an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Points, Shapes

from napari_dip.viewer.layers.planes import highest_resolution, layer_shape

if TYPE_CHECKING:
    from napari.layers import Image, Layer
    from numpy.typing import NDArray

#: Layers that may be a mask.
MASKS = (Labels, Shapes, Points)

# Corners of what stands for a circle: off by less than 0.2 % of its radius.
_CORNERS = 64

# Where an outline lies, by number of its plane, and its corners in rows and
# columns.
_Outline = tuple[tuple[int, ...], 'NDArray[np.float64]']


def marked_over(
    image: Image,
    mask: Layer,
    index: Sequence[int | None],
    axes: Sequence[int],
) -> NDArray[np.integer[Any]]:
    """Find what a layer marks of an image, through their transforms.

    Parameters
    ----------
    image : Image
        The image.
    mask : Labels, Shapes or Points
        Over all its axes or the last ones. Shapes are filled, lines as wide
        as they are drawn, and points as large.
    index : sequence of int or None
        Entry of the axes of the image that are not taken whole.
    axes : sequence of int
        Axes of the image that the result has.

    Returns
    -------
    ndarray of int
        Labels of the pixels, the nearest ones; 1 where shapes or points lie.
    """
    shape = tuple(layer_shape(image)[axis] for axis in axes)
    to_mask = np.linalg.inv(to_world(mask)) @ _last(to_world(image), mask.ndim)
    if isinstance(mask, Labels):
        return _sample(mask, to_mask, index, axes, shape)
    # Loaded where it does not hold up the window.
    from skimage.draw import polygon

    marked = np.zeros(shape, np.uint8)
    to_image: NDArray[Any] = np.linalg.inv(to_mask[:, -mask.ndim - 1 :])
    first = image.ndim - mask.ndim
    for place, corners in _outlines(mask, to_image):
        into: list[Any] = []
        for axis in axes[:-2]:
            at = axis - first
            into.append(place[at] if at >= 0 else slice(None))
        if any(
            entry is not None
            and axis >= first
            and place[axis - first] != entry
            for axis, entry in enumerate(index)
            if axis not in axes[-2:]
        ) or any(
            isinstance(n, int) and not 0 <= n < length
            for n, length in zip(into, shape, strict=False)
        ):
            continue
        inside = polygon(corners[:, 0], corners[:, 1], shape[-2:])
        marked[(*into, *inside)] = 1
    return marked


def corners_over(
    image: Image, layer: Shapes | Points
) -> list[NDArray[np.float64]]:
    """Return the corners of each shape, in rows and columns of an image.

    Parameters
    ----------
    image : Image
        Its last axes are rows and columns.
    layer : Shapes or Points
        Over all its axes or the last ones.
    """
    to_image = np.linalg.inv(_last(to_world(image), 2)[:, -3:])
    to_image = to_image @ _last(to_world(layer), 2)[:, -3:]
    return [
        corners[:, -2:] @ to_image[:-1, :-1].T + to_image[:-1, -1]
        for corners in map(np.asarray, layer.data)
    ]


def to_world(layer: Layer) -> NDArray[np.float64]:
    """Affine matrix from pixels of a layer to the world."""
    origin = np.asarray(layer.data_to_world(np.zeros(layer.ndim)))
    steps = [
        np.asarray(layer.data_to_world(step)) - origin
        for step in np.eye(layer.ndim)
    ]
    matrix = np.eye(layer.ndim + 1)
    matrix[:-1, :-1] = np.transpose(steps)
    matrix[:-1, -1] = origin
    return matrix


def _last(matrix: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """The last axes of what a matrix maps to, as napari aligns layers."""
    return matrix[-rows - 1 :]


def _sample(
    labels: Labels,
    to_mask: NDArray[np.float64],
    index: Sequence[int | None],
    axes: Sequence[int],
    shape: tuple[int, ...],
) -> NDArray[np.integer[Any]]:
    data = highest_resolution(labels)
    fixed = np.zeros(to_mask.shape[1])
    fixed[: len(index)] = [entry or 0 for entry in index]
    fixed[-1] = 1
    fixed[list(axes)] = 0
    grid = np.ogrid[tuple(slice(n) for n in shape)]
    within = np.ones((1,) * len(shape), bool)
    places = []
    for row, length in zip(to_mask, data.shape, strict=False):
        at: Any = row @ fixed
        for axis, steps in zip(axes, grid, strict=True):
            if row[axis]:
                at = at + row[axis] * steps
        at = np.rint(at).astype(int)
        within = within & (at >= 0) & (at < length)
        places.append(np.clip(at, 0, length - 1))
    # A plane of lazy labels is read once.
    values = np.asarray(data)[tuple(places)]
    return np.broadcast_to(values * within, shape).copy()


def _outlines(layer: Layer, to_image: NDArray[Any]) -> Iterator[_Outline]:
    """Corners of all that is drawn, in pixels of the image."""
    for corners in _drawn(layer):
        moved = corners @ to_image[:-1, :-1].T + to_image[:-1, -1]
        place = tuple(int(n) for n in np.rint(moved[0]))
        yield place, moved[:, -2:]


def _drawn(layer: Layer) -> Iterator[NDArray[np.float64]]:
    """Corners of all that is drawn, in pixels of its layer."""
    if isinstance(layer, Points):
        for centre, size in zip(layer.data, layer.size, strict=True):
            yield _circle(np.asarray(centre, float), size / 2)
        return
    assert isinstance(layer, Shapes)
    for corners, kind, width in zip(
        layer.data, layer.shape_type, layer.edge_width, strict=True
    ):
        corners = np.asarray(corners, float)
        if kind == 'ellipse':
            middle = corners.mean(axis=0)
            sides = np.stack(
                [corners[1] - corners[0], corners[3] - corners[0]]
            )
            yield middle + _round() @ sides / 2
        elif kind in ('line', 'path'):
            for one, next_ in pairwise(corners):
                yield _stroke(one, next_, width / 2)
        else:
            yield corners


def _round() -> NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


def _circle(centre: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    corners = np.repeat(centre[None], _CORNERS, axis=0)
    corners[:, -2:] += radius * _round()
    return corners


def _stroke(
    one: NDArray[np.float64], other: NDArray[np.float64], half: float
) -> NDArray[np.float64]:
    """A line as wide as it is drawn, with round ends."""
    along = (other - one)[-2:]
    length = float(np.hypot(*along))
    if not length:
        return _circle(one, half)
    ring = _round()
    ahead = ring @ along > 0
    corners = np.where(ahead[:, None], other, one)
    corners[:, -2:] += half * ring
    return corners

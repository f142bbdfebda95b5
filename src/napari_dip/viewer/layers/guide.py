"""From a layer that shows the field of another to a guide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.images.guide import resample
from napari_dip.viewer.layers.planes import WHOLE, Plane, highest_resolution

if TYPE_CHECKING:
    from napari.layers import Image
    from numpy.typing import NDArray

    from napari_dip.viewer.layers.layers import ImageSource

# Of a pixel: layers this near to each other lie pixel for pixel.
_NEAR = 1e-3


@dataclass(frozen=True)
class GuideSource:
    """A layer that guides, as it was when a run was asked for.

    Parameters
    ----------
    data : array_like
        Its highest resolution, perhaps lazy.
    name : str
        Name of the layer.
    plane : Plane
        Which plane of it is taken.
    colours : int
        Channels along the last axis that are taken; 0 if there are none.
    matrix : ndarray or None
        From row, column and 1 of the image to its row and column; None where
        they are the same.
    shape : tuple of int
        Rows and columns of the image.
    identity : str
        What the layer is known by, however it is named.
    """

    data: Any
    name: str
    plane: Plane = WHOLE
    colours: int = 0
    matrix: NDArray[np.float64] | None = None
    shape: tuple[int, ...] = ()
    identity: str = ''

    def array(self) -> NDArray[Any]:
        """Read it, at the pixels of the image."""
        pixels = np.asarray(self.plane.take(self.data))
        if self.colours:
            pixels = pixels[..., : self.colours]
        if self.matrix is None:
            return pixels
        return resample(pixels, self.matrix.tolist(), self.shape)

    def tell(self) -> dict[str, Any]:
        """Say which pixels it is, as JSON can hold it."""
        matrix = self.matrix
        return {
            'layer': self.name,
            'id': self.identity,
            'plane': list(self.plane.index),
            'multiscale': False,
            'colours': self.colours,
            'matrix': None if matrix is None else matrix.round(9).tolist(),
            'shape': list(self.shape),
        }


def describe_guide(
    layer: Image, restored: Image, image: ImageSource
) -> GuideSource:
    """Describe a layer that guides.

    Parameters
    ----------
    layer : Image
        The layer.
    restored : Image
        The layer that is restored.
    image : ImageSource
        What of it.

    Raises
    ------
    ValueError
        If it is that of the image, or does not lie over it.
    """
    data = highest_resolution(layer)
    if layer is restored:
        raise ValueError(
            f'Layer "{layer.name}" is the image itself; choose another '
            'channel or exposure of the field as "guide".'
        )
    rows, columns = image.spatial_axes
    shape = image.data.shape[rows], image.data.shape[columns]
    corners = np.array([[0, 0], [shape[0] - 1, 0], [0, shape[1] - 1]], float)
    found = np.array([_in_guide(layer, restored, image, c) for c in corners])
    plane, kept = _plane_of(layer, found)
    origin, down, across = found[:, kept]
    matrix = np.column_stack(
        [
            (down - origin) / max(shape[0] - 1, 1),
            (across - origin) / max(shape[1] - 1, 1),
            origin,
        ]
    )
    own = tuple(data.shape[axis] for axis in kept)
    _check_place(layer, restored, matrix, shape, own)
    off = matrix - np.eye(2, 3)
    same = own == shape and np.abs(off).max() * max(shape) < _NEAR
    return GuideSource(
        data,
        layer.name,
        plane,
        min(data.shape[-1], 3) if layer.rgb else 0,
        None if same else matrix,
        shape,
        str(layer.unique_id),
    )


def _in_guide(
    layer: Image,
    restored: Image,
    image: ImageSource,
    pixel: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Where a pixel of the image lies in the guide, in its pixels."""
    point = np.zeros(restored.ndim)
    origin = image.plane.origin[: restored.ndim]
    point[: len(origin)] = origin
    point[list(image.spatial_axes)] = pixel
    world = np.asarray(restored.data_to_world(point))
    # Axes are counted from the last, as the viewer does.
    padded = np.zeros(max(layer.ndim, restored.ndim))
    padded[-restored.ndim :] = world
    return np.asarray(layer.world_to_data(padded[-layer.ndim :]))


def _plane_of(
    layer: Image, found: NDArray[np.float64]
) -> tuple[Plane, list[int]]:
    """Find the plane of the guide that the image lies in."""
    kept = list(range(layer.ndim))[-2:]
    index = [
        None
        if axis in kept
        else int(
            np.clip(np.rint(found[0, axis]), 0, layer.data.shape[axis] - 1)
        )
        for axis in range(layer.ndim)
    ]
    return Plane(tuple(index)), kept


def _check_place(
    layer: Image,
    restored: Image,
    matrix: NDArray[np.float64],
    shape: tuple[int, ...],
    own: tuple[int, ...],
) -> None:
    """Refuse a guide that covers nothing of the image."""
    corners = (
        np.array([[0, 0, 1], [shape[0] - 1, shape[1] - 1, 1]], float)
        @ matrix.T
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high < 0).any() or (low > np.array(own) - 1).any():
        raise ValueError(
            f'Layer "{layer.name}" does not lie over layer '
            f'"{restored.name}"; move or scale it, or choose another as '
            '"guide".'
        )

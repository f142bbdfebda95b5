"""Labels over an image layer, of what the image has lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.masks import KINDS
from napari_dip.viewer.layers.layers import ImageSource
from napari_dip.viewer.layers.placement import copy_attributes, place_of
from napari_dip.viewer.layers.planes import Plane, layer_shape

if TYPE_CHECKING:
    from napari.layers import Image
    from numpy.typing import NDArray


@dataclass(frozen=True)
class MissingSource:
    """What is to be found in an image layer.

    Parameters
    ----------
    image : ImageSource
        Its plane.
    shape : tuple of int
        Axes of the layer, colours left out.
    attributes : dict
        Where the layer lies.
    kind : str or None
        One of the kinds; None for a value.
    value : float or None
        Value of the pixels that are marked.
    every_plane : bool
        Whether to look at all planes of a stack.
    """

    image: ImageSource
    shape: tuple[int, ...]
    attributes: dict[str, Any]
    kind: str | None
    value: float | None = None
    every_plane: bool = False

    @property
    def words(self) -> str:
        """What is found, in words."""
        if self.kind is None:
            return f'pixels of {self.value:g}'
        return KINDS[self.kind]

    @property
    def name(self) -> str:
        """Name of the labels layer."""
        return f'{self.image.name} {self.words}'

    def find(self) -> NDArray[np.uint8]:
        """Return labels of the shape of the layer; called in a worker."""
        # SciPy is loaded where it does not hold up the window.
        from napari_dip.masks.find import find_missing

        labels = np.zeros(self.shape, np.uint8)
        for plane in self._planes():
            image = replace(self.image, plane=plane)
            found = find_missing(
                image.array(),
                () if self.kind is None else self.kind,
                value=self.value,
                channel_axis=image.channel_axis,
            )
            into = plane.take(labels)
            # Labels have no colours.
            into |= found.any(axis=-1) if found.ndim > into.ndim else found
        return labels

    def _planes(self) -> Iterator[Plane]:
        plane = self.image.plane
        if not self.every_plane:
            yield plane
            return
        lengths = [self.shape[axis] for axis in plane.taken]
        for place in np.ndindex(*lengths):
            index = list(plane.index)
            for axis, entry in zip(plane.taken, place, strict=True):
                index[axis] = entry
            yield Plane(tuple(index))


def describe_missing(
    layer: Image,
    image: ImageSource,
    kind: str | None,
    value: float | None = None,
    *,
    every_plane: bool = False,
) -> MissingSource:
    """Describe what is to be found in a layer.

    Parameters
    ----------
    layer : Image
        The layer.
    image : ImageSource
        Its description.
    kind, value, every_plane
        As in :class:`MissingSource`.
    """
    return MissingSource(
        image,
        layer_shape(layer),
        place_of(copy_attributes(layer)),
        kind,
        value,
        every_plane,
    )

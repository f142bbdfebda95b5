"""Several image layers as the channels of one image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image

from napari_dip.io.ome_zarr import in_planes
from napari_dip.viewer.layers.masks.marks import to_world
from napari_dip.viewer.layers.planes import highest_resolution, layer_shape
from napari_dip.viewer.layers.result import ResultLayer

if TYPE_CHECKING:
    from numpy.typing import NDArray


def alike(layer: Image, others: Iterable[Any]) -> list[Image]:
    """Find the layers that lie over an image layer, pixel by pixel.

    Parameters
    ----------
    layer : Image
        The layer.
    others : iterable
        Layers of any kind, perhaps this one among them.
    """
    return [
        other
        for other in others
        if isinstance(other, Image)
        and other is not layer
        and not (layer.rgb or other.rgb)
        and layer_shape(other) == layer_shape(layer)
        and np.allclose(to_world(other), to_world(layer))
    ]


def join_layers(layers: Sequence[Image]) -> Image:
    """Make one layer of several: its first axis is that of the channels.

    Parameters
    ----------
    layers : sequence of Image
        Of one shape and place.
    """
    first = layers[0]
    data: list[Any] = [highest_resolution(layer) for layer in layers]
    if all(isinstance(one, np.ndarray) for one in data):
        joined: Any = np.stack(data)
    else:
        import dask.array

        joined = dask.array.stack([dask.array.asarray(one) for one in data])
    affine = np.eye(first.ndim + 2)
    affine[1:, 1:] = to_world(first)
    return Image(
        joined,
        name=first.name,
        affine=affine,
        contrast_limits=first.contrast_limits,
        metadata=first.metadata,
    )


class ResultLayers:
    """Layers of the channels of one result, as if they were one.

    Parameters
    ----------
    parts : sequence of ResultLayer
        One for each channel.
    """

    def __init__(self, parts: Sequence[ResultLayer]) -> None:
        self._parts = parts

    @property
    def layer(self) -> Image | None:
        """That of the first channel."""
        return self._parts[0].layer

    def stream(self, estimate: NDArray[np.float32]) -> None:
        """Show a preview."""
        for part, channel in self._channels(estimate):
            part.stream(channel)

    def settle(
        self, estimate: NDArray[np.float32], provenance: dict[str, Any]
    ) -> None:
        """Show an estimate that must not be lost."""
        for part, channel in self._channels(estimate):
            part.settle(channel, provenance)

    def mark(self, provenance: dict[str, Any]) -> None:
        """Write provenance into the layers."""
        self._all(lambda part: part.mark(provenance))

    def remove(self) -> None:
        """Take the layers away."""
        self._all(lambda part: part.remove())

    def _channels(self, estimate: Any) -> list[tuple[ResultLayer, Any]]:
        if not isinstance(estimate, np.ndarray):
            # On disk: nothing is read that is not shown.
            estimate = in_planes(estimate)
        return list(zip(self._parts, estimate, strict=True))

    def _all(self, do: Callable[[ResultLayer], None]) -> None:
        for part in self._parts:
            do(part)

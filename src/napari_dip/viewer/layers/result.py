"""The layer that a run streams into."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from napari.layers import Image

from napari_dip.images.validity import ENOUGH
from napari_dip.noise.intensity import BULK
from napari_dip.viewer.layers.planes import WHOLE, Plane

if TYPE_CHECKING:
    from napari.components import LayerList
    from numpy.typing import NDArray

#: Key of the provenance in the metadata of the layer.
METADATA_KEY = 'napari-dip'

# A result in less than this part of its source's contrast would be dark: the
# rest was noise. In more the two are better seen alike.
_LEAST_CONTRAST = 1 / 3


class ResultLayer:
    """A new layer that belongs to one run, held as an object, never by name.

    Parameters
    ----------
    layers : LayerList
        Where it appears.
    name : str
        Name to begin with; the layer list makes it unique.
    attributes : dict
        Attributes of the layer.
    display : callable
        From an estimate to what a layer can show, in a new array.
    keep_contrast : bool
        Whether somebody has chosen the contrast limits among `attributes`,
        so that they stay.
    """

    def __init__(
        self,
        layers: LayerList,
        name: str,
        attributes: dict[str, Any],
        display: Callable[[NDArray[np.float32]], NDArray[Any]],
        *,
        keep_contrast: bool = False,
    ) -> None:
        self.layer: Image | None = None
        self._layers = layers
        self._name = name
        self._attributes = attributes
        self._display = display
        self._keep_contrast = keep_contrast

    def stream(self, estimate: NDArray[np.float32]) -> None:
        """Show a preview; a layer the user has deleted stays deleted."""
        if self.layer is None:
            self._add(estimate)
        elif self.layer in self._layers:
            self._write(self.layer, estimate)

    def settle(
        self, estimate: NDArray[np.float32], provenance: dict[str, Any]
    ) -> None:
        """Show an estimate that must not be lost, deleted layer or not."""
        if self.layer is None:
            self._add(estimate)
        else:
            self._write(self.layer, estimate)
        assert self.layer is not None
        self._raise_contrast(self.layer)
        # That of a series is still one of planes that were not there.
        self.layer.refresh(highlight=False, extent=False)
        self.layer.metadata[METADATA_KEY] = provenance
        if self.layer not in self._layers:
            self._put(self.layer)

    def show_by_itself(self) -> None:
        """Show it in limits of its own: it may be no like of its source."""
        if self.layer is not None and not self.layer.rgb:
            self.layer.reset_contrast_limits()

    def mark(self, provenance: dict[str, Any]) -> None:
        """Write provenance into the layer, if there is one."""
        if self.layer is not None:
            self.layer.metadata[METADATA_KEY] = provenance

    def remove(self) -> None:
        """Take the layer away."""
        if self.layer is not None and self.layer in self._layers:
            self._layers.remove(self.layer)
        self.layer = None

    def _write(self, layer: Image, estimate: NDArray[np.float32]) -> None:
        data = self._display(estimate)
        if data is layer.data:
            # Of a series that is written into while it is shown.
            layer.refresh(thumbnail=False, highlight=False, extent=False)
        else:
            layer.data = data

    def _raise_contrast(self, layer: Image) -> None:
        """Show a result that fills little of its source's contrast.

        Limits that the user has set, here or in the source, stay.
        """
        given = self._attributes.get('contrast_limits')
        if self._keep_contrast or given is None:
            return
        if list(layer.contrast_limits) != list(given):
            return
        some = _sample(layer.data)
        some = some[np.isfinite(some)]
        if not some.size:
            return
        low, high = (float(x) for x in np.quantile(some, BULK))
        if 0 < high - low < _LEAST_CONTRAST * (given[1] - given[0]):
            layer.contrast_limits = (low, high)

    def _add(self, estimate: NDArray[np.float32]) -> None:
        data = self._display(estimate)
        self.layer = Image(data, name=self._name, **self._attributes)
        self._put(self.layer)

    def _put(self, layer: Image) -> None:
        self._layers.insert(above_images(self._layers), layer)


def above_images(layers: LayerList) -> int:
    """Place above all images, and below what is drawn over them.

    So a mask that is painted larger after a run is seen.
    """
    images = [n for n, one in enumerate(layers, 1) if isinstance(one, Image)]
    return max(images, default=len(layers))


def _sample(data: Any) -> NDArray[Any]:
    """Pixels all over an array; a few planes of one on disk."""
    if not isinstance(data, np.ndarray):
        step = 1 + int(np.prod(data.shape)) // ENOUGH
        index = [slice(None)] * len(data.shape)
        index[0] = slice(None, None, min(step, data.shape[0]))
        data = np.asarray(data[tuple(index)])
    values = data.ravel()
    return values[:: 1 + values.size // ENOUGH]


def join_colours(uncertainty: NDArray[np.float32]) -> NDArray[np.float32]:
    """Root mean square over the colours along the last axis.

    napari would draw three deviations as a colour. Opacity has none.
    """
    colours = uncertainty[..., :3]
    joined: NDArray[np.float32] = np.sqrt(np.mean(colours**2, axis=-1))
    return joined


class Display:
    """From an estimate to data that a layer can show.

    napari draws an RGB layer of floating-point numbers as if they ended at
    one, so RGB images of integers are rounded back to them. All else stays
    float32.

    Parameters
    ----------
    rgb_dtype : dtype or None
        Integer dtype of an RGB source; None for all other sources.
    plane : Plane
        Where the estimate lies in the axes of the source.
    copies : bool
        Whether data are copied: not of a series, which is too large.
    """

    def __init__(
        self,
        rgb_dtype: np.dtype[Any] | None,
        plane: Plane = WHOLE,
        *,
        copies: bool = True,
    ) -> None:
        self._copies = copies
        self.rgb_dtype = rgb_dtype
        self._plane = plane

    def __call__(self, estimate: NDArray[np.float32]) -> NDArray[Any]:
        """Return the data, a new array unless it says otherwise."""
        data: Any = estimate
        at_once = self._copies or data.size <= ENOUGH
        in_memory = at_once and isinstance(data, np.ndarray)
        if self.rgb_dtype is not None and in_memory:
            data = self._rounded(data)
        elif self.rgb_dtype is not None:
            # On disk, or of many planes: rounded when it is read.
            data = self._rounded_when_read(data)
        if data is estimate and self._copies:
            data = estimate.copy()
        return self._plane.put_back(data) if self._plane.taken else data

    def _rounded_when_read(self, estimate: Any) -> Any:
        """Return a lazy array in pieces of a plane, that copies nothing."""
        shape, dtype = estimate.shape, self.rgb_dtype
        planes = [(1,) * length for length in shape[:-3]]

        def read(block_info: Any = None) -> NDArray[Any]:
            spans = block_info[None]['array-location']
            place = tuple(slice(*span) for span in spans)
            return self._rounded(np.asarray(estimate[place]))

        return import_module('dask.array').map_blocks(
            read,
            # What is made of it would be read, for its name.
            name=f'rounded-{uuid4().hex}',
            chunks=(*planes, *((length,) for length in shape[-3:])),
            dtype=dtype,
            meta=np.empty((0,) * len(shape), dtype),
        )

    def _rounded(self, estimate: NDArray[Any]) -> NDArray[Any]:
        assert self.rgb_dtype is not None
        limits = np.iinfo(self.rgb_dtype)
        # Planes that are not yet there.
        estimate = np.nan_to_num(estimate, nan=limits.min)
        values = np.clip(np.rint(estimate), limits.min, limits.max)
        rounded: NDArray[Any] = values.astype(self.rgb_dtype)
        return rounded

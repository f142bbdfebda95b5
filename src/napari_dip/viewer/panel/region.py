"""Choice of the part of a layer that is restored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox
from napari.layers import Shapes

from napari_dip.viewer.layers.planes import layer_shape
from napari_dip.viewer.layers.regions import (
    crop_layer,
    spans_in_view,
    spans_of_shapes,
)

if TYPE_CHECKING:
    from napari.components import LayerList
    from napari.layers import Image

WHOLE, VIEW = 'the whole image', 'what the view shows'


class RegionEntry:
    """Choice of the part of a layer that is restored.

    Parameters
    ----------
    layers : LayerList
        Layers of the viewer, among them shapes around a region.
    """

    def __init__(self, layers: LayerList) -> None:
        self._layers = layers
        #: What of which axes was cut out last.
        self.spans: tuple[tuple[int, tuple[int, int]], ...] = ()
        self._last: tuple[Any, Image | None] = (None, None)
        self.widget = ComboBox(
            name='region',
            choices=self._choices,
            tooltip=(
                'The whole image, what the view shows of it now, or the '
                'rectangle around the shapes of a layer: those that are '
                'selected, or all.'
            ),
        )

    def crop(self, layer: Image, axes: Sequence[int]) -> Image:
        """Return the part of a layer that was chosen, or all of it.

        Raises
        ------
        ValueError
            If nothing of it is in the region.
        """
        self.spans = ()
        if self.widget.value == WHOLE:
            return layer
        if self.widget.value == VIEW:
            spans = spans_in_view(layer, axes)
        else:
            spans = spans_of_shapes(layer, self.widget.value, axes)
        lengths = [layer_shape(layer)[axis] for axis in spans]
        if list(spans.values()) == [(0, n) for n in lengths]:
            return layer
        self.spans = tuple(spans.items())
        key = layer.unique_id, id(layer.data), self.spans
        if self._last[0] != key:
            self._last = key, crop_layer(layer, spans)
        return self._last[1] or layer

    def _choices(self, _: object) -> list[tuple[str, Any]]:
        shapes = [x for x in self._layers if isinstance(x, Shapes)]
        around = [(f'around "{layer.name}"', layer) for layer in shapes]
        return [(WHOLE, WHOLE), (VIEW, VIEW), *around]

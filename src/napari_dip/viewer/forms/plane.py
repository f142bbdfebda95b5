"""Which plane of a stack a form takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Label
from psygnal import Signal

from napari_dip.viewer.layers.planes import describe_plane, layer_shape
from napari_dip.viewer.panel.text import prepare_label

if TYPE_CHECKING:
    from napari.components import Dims
    from napari.layers import Image

    from napari_dip.viewer.layers.planes import Plane


class PlaneLabel(Label):
    """Names the plane that the viewer shows; hidden if there is no choice.

    Parameters
    ----------
    dims : Dims
        Sliders of the viewer.
    """

    #: The sliders chose another.
    moved = Signal()

    def __init__(self, dims: Dims) -> None:
        super().__init__(
            name='plane',
            tooltip=(
                'What is restored. Move the sliders of the viewer to choose '
                'another plane; the result lies where it lies.'
            ),
        )
        prepare_label(self, lines=1)
        self._dims = dims
        for event in (dims.events.current_step, dims.events.order):
            event.connect(self._on_move)
        self.native.destroyed.connect(self._let_go)

    def clear(self) -> None:
        """Say nothing."""
        self._say('')

    def show_plane(self, layer: Image, plane: Plane) -> None:
        """Say which plane of a layer is taken."""
        self._say(describe_plane(layer, plane))

    def _say(self, text: str) -> None:
        self.value = text
        self.visible = bool(text)

    def _on_move(self) -> None:
        if self.value:
            self.moved.emit()

    def _let_go(self) -> None:
        self._dims.events.disconnect(self._on_move)


def channel_axes(layer: Image | None) -> list[tuple[str, int | None]]:
    """Axes of a layer that may hold channels, as a form offers them."""
    lengths = () if layer is None else layer_shape(layer)
    offered = [
        (f'{axis} ({length} channels)', axis)
        for axis, length in enumerate(lengths)
        if length > 1
    ]
    # Rows and columns are two of them.
    return [('none', None), *(offered if len(offered) > 2 else [])]

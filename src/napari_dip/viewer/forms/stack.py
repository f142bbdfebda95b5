"""What of a stack is restored, and what its axes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import ComboBox, LineEdit

from napari_dip.viewer.layers.stacks import (
    SeriesSource,
    count_planes,
    describe_series,
    letters_of_layer,
)

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget
    from napari.components import Dims
    from napari.layers import Image

PLANE, EVERY = 'this plane', 'every plane'


class StackEntry:
    """Choice between the plane that is shown and all of them.

    Parameters
    ----------
    dims : Dims
        Axes and sliders of the viewer.
    """

    def __init__(self, dims: Dims) -> None:
        self._dims = dims
        self._several = False
        self.extent = ComboBox(
            name='extent',
            label='restore',
            choices=[PLANE, EVERY],
            tooltip=(
                'The plane that the viewer shows, or all planes of the '
                'layer. Try one plane before you restore all.'
            ),
        )
        self.axes = LineEdit(
            name='axes',
            tooltip=(
                'A letter for each axis of the layer: T times, Z depths, C '
                'channels, Y rows, X columns, or any other. Correct it if it '
                'is wrong.'
            ),
        )
        self.widgets: list[ValueWidget] = [self.extent, self.axes]

    @property
    def takes_all(self) -> bool:
        """Whether every plane is to be restored."""
        return self._several and bool(self.extent.value == EVERY)

    def show_layer(self, layer: Image | None) -> None:
        """Suit the entries to another layer."""
        self.axes.value = '' if layer is None else letters_of_layer(layer)

    def show_choice(
        self, layer: Image | None, channel_axis: int | None
    ) -> None:
        """Show what there is to choose."""
        self._several = count_planes(layer, channel_axis) > 1
        self.extent.visible = self._several
        self.axes.visible = self.takes_all

    def describe(self, layer: Image, channel_axis: int | None) -> SeriesSource:
        """Describe all planes of a layer.

        Raises
        ------
        ValueError
            If the axes do not fit.
        """
        return describe_series(
            layer, channel_axis, self.axes.value, self._dims
        )

"""Which planes of a stack a form takes."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, ComboBox, Label, LineEdit
from psygnal import Signal

from napari_dip.images.stacks.depth import as_volumes
from napari_dip.viewer.layers.joined import alike, join_layers
from napari_dip.viewer.layers.layers import ImageSource, describe_image
from napari_dip.viewer.layers.metadata import read_letters
from napari_dip.viewer.layers.planes import describe_plane, layer_shape
from napari_dip.viewer.layers.regions import crop_layer
from napari_dip.viewer.layers.stacks import (
    SeriesSource,
    count_planes,
    describe_series,
    letters_of_layer,
)
from napari_dip.viewer.panel.region import RegionEntry
from napari_dip.viewer.panel.text import prepare_label

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget
    from napari.components import Dims
    from napari.layers import Image
    from napari.viewer import Viewer

    from napari_dip.tasks.base import Task
    from napari_dip.viewer.forms.form import RestorationForm
    from napari_dip.viewer.layers.planes import Plane


PLANE, EVERY, VOLUME = 'this plane', 'every plane', 'as a volume'


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


class StackEntry:
    """Choice between the plane that is shown and all of them.

    Parameters
    ----------
    dims : Dims
        Axes and sliders of the viewer.
    takes_volumes : bool
        Whether depths may be a third spatial axis.
    """

    def __init__(self, dims: Dims, *, takes_volumes: bool = False) -> None:
        self._dims = dims
        self._several = False
        # Letters that nobody has named.
        self._guess: str | None = None
        self.extent = ComboBox(
            name='extent',
            label='restore',
            choices=[PLANE, EVERY, *([VOLUME] if takes_volumes else [])],
            tooltip=(
                'The plane that the viewer shows, all planes of the layer, '
                'or depths Z as a third spatial axis. Try one plane before '
                'you restore all.'
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
        return self._several and bool(self.extent.value != PLANE)

    def show_layer(self, layer: Image | None) -> None:
        """Suit the entries to another layer."""
        letters = '' if layer is None else letters_of_layer(layer)
        named = layer is not None and read_letters(layer)
        self._guess = None if named else letters
        self.axes.value = letters

    def show_choice(
        self, layer: Image | None, channel_axis: int | None
    ) -> None:
        """Show what there is to choose."""
        self._several = count_planes(layer, channel_axis) > 1
        self.extent.visible = self._several
        self.axes.visible = self.takes_all

    def describe(
        self, layer: Image, channel_axis: int | None, ahead: str = ''
    ) -> SeriesSource:
        """Describe all planes of a layer, with letters of axes ahead.

        Raises
        ------
        ValueError
            If the axes do not fit.
        """
        source = describe_series(
            layer, channel_axis, ahead + self.axes.value, self._dims
        )
        if self.extent.value == VOLUME:
            as_volumes(source.stack)
            return replace(source, fit='volume')
        # Depths that are a guess may be times.
        guessed = self.axes.value == self._guess
        return replace(source, fit='series' if guessed else 'auto')


class Source:
    """What of a layer is restored: which planes, which channels, which part.

    Parameters
    ----------
    viewer : Viewer
        Where the layer is.
    channel_axis : ComboBox
        Choice of an axis.
    task : Task
        What is done.
    """

    def __init__(
        self, viewer: Viewer, channel_axis: ComboBox, task: Task
    ) -> None:
        volumes = task.takes_volumes
        self.stack = StackEntry(viewer.dims, takes_volumes=volumes)
        self.region = RegionEntry(viewer.layers)
        self.joined = CheckBox(
            name='joined',
            text='with the other selected layers',
            tooltip=(
                'The selected layers that lie over this one are channels of '
                'one image and restored together. Each has a result of its '
                'own.'
            ),
        )
        self.widgets: list[ValueWidget] = [
            self.joined,
            *self.stack.widgets,
            self.region.widget,
        ]
        self._layers = viewer.layers
        self._selected = viewer.layers.selection.events.changed
        self._dims = viewer.dims
        self._channel_axis = channel_axis
        self._last: tuple[Any, Image | None] = (None, None)
        self._last_joined = False

    def connect(self, form: RestorationForm) -> None:
        """Tell a form of what is chosen here, as long as it is there."""
        self.region.widget.changed.connect(form.show_outlook)
        self.joined.changed.connect(form.show_outlook)

        # The layers outlive it.
        self._form = weakref.ref(form)
        self._selected.connect(self._on_selected)
        form.native.destroyed.connect(self._let_go)

    def show_choice(self, layer: Image | None) -> None:
        """Show what there is to choose."""
        self.stack.show_choice(layer, self._channel_axis.value)
        others = [] if layer is None else self._others(layer)
        self.joined.visible = bool(others)

    def part(self, layer: Image) -> Image:
        """Return what was chosen: of a layer a region, of several one."""
        return self._part(layer, self._members(layer))

    def _part(self, layer: Image, members: list[Image]) -> Image:
        if members:
            key = [(m.unique_id, id(m.data)) for m in members]
            if self._last[0] != key:
                self._last = key, join_layers(members)
            layer = self._last[1] or layer
        axes = self._describe(layer, joined=bool(members)).spatial_axes
        return self.region.crop(layer, axes)

    @property
    def channel_axis(self) -> int | None:
        """Axis of the channels in what :meth:`part` returns."""
        return 0 if self._last_joined else self._channel_axis.value

    def describe(self, layer: Image) -> ImageSource:
        """Describe what was chosen of a layer.

        Raises
        ------
        ValueError
            If the layer has no such axis, or nothing of it is in the region.
        """
        members = self._members(layer)
        part = self._part(layer, members)
        found = self._describe(part, joined=bool(members))
        whole = self._describe(layer)
        spans = self.region.spans
        found = replace(
            found, identity=whole.identity, path=whole.path, region=spans
        )
        if not members:
            return found
        ahead = {axis - 1: span for axis, span in spans}
        described = [
            self._describe(crop_layer(one, ahead) if ahead else one)
            for one in members
        ]
        return replace(found, members=tuple(described))

    def _members(self, layer: Image) -> list[Image]:
        """Layers that are channels of one image; none unless asked for."""
        others = self._others(layer)
        self._last_joined = bool(self.joined.value and others)
        if not self._last_joined:
            return []
        return [one for one in self._layers if one is layer or one in others]

    def _others(self, layer: Image) -> list[Image]:
        if layer not in self._layers.selection:
            return []
        return alike(layer, self._layers.selection)

    def _describe(self, layer: Image, *, joined: bool = False) -> ImageSource:
        axis = 0 if joined else self._channel_axis.value
        if self.stack.takes_all:
            return self.stack.describe(layer, axis, 'C' * joined)
        return describe_image(layer, axis, self._dims)

    def _on_selected(self) -> None:
        form = self._form()
        if form is not None:
            self.show_choice(form.image.value)

    def _let_go(self) -> None:
        self._selected.disconnect(self._on_selected)

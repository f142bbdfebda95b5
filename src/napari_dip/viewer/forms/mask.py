"""Entry of a layer that marks the pixels to fill."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from magicgui.widgets import CheckBox, ComboBox, Label
from napari.layers import Labels, Layer
from qtpy.QtCore import QTimer

from napari_dip.images.masks import percentage
from napari_dip.viewer.errors import describe_error
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.forms.numbers import parse_number
from napari_dip.viewer.layers.layers import ImageSource, MaskSource
from napari_dip.viewer.layers.masks.covering import find_mask
from napari_dip.viewer.layers.masks.marks import MASKS
from napari_dip.viewer.layers.masks.missing import describe_missing
from napari_dip.viewer.layers.stacks import SeriesSource
from napari_dip.viewer.panel.mask_menu import MaskMenu
from napari_dip.viewer.panel.text import prepare_label
from napari_dip.viewer.runs.run import State

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget
    from napari.utils.events import EventEmitter

    from napari_dip.tasks.base import Argument
    from napari_dip.viewer.forms.form import RestorationForm

# Milliseconds after the last stroke.
_PAUSE = 300

_ALL = 'all labels'
_ONE = 'the selected label'


class MaskEntry(Entry):
    """Choice of a layer of labels, shapes or points, and of what to fill."""

    def __init__(self, argument: Argument, form: RestorationForm) -> None:
        # Whose painting is followed.
        self._followed: Layer | None = None
        super().__init__(argument, form)
        #: Its timeout tells that painting has paused.
        self.settled = QTimer(self.layer.native)
        self.settled.setSingleShot(True)
        self.settled.setInterval(_PAUSE)
        self.settled.timeout.connect(form.show_outlook)
        self.layer.changed.connect(self._follow_labels)
        self.menu.asked.connect(self._look_for)
        self.menu.value_asked.connect(self._look_for_value)
        self.menu.found.connect(self._choose)
        # The panel of the form is made later.
        self.menu.said.connect(lambda text: form.panel.warn(text))
        self.menu.told.connect(lambda text: form.panel.monitor.say(text))

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choices of a labels layer and of what in it to fill."""
        argument = self.argument
        self.layer = self.form.layer_choice(
            MASKS,
            argument.name,
            'Layer whose labels, shapes or points mark the missing pixels. '
            'A run leaves the outline of labels, and hides shapes, points and '
            'lines too thin for one: their eye in the layer list brings them '
            'back.',
            label=argument.label,
        )
        self.menu = MaskMenu()
        self.fill = ComboBox(
            name='fill',
            choices=[_ALL, _ONE],
            tooltip=(
                'Every labelled pixel, or only those of the label that is '
                'selected in the labels layer.'
            ),
        )
        self.invert = CheckBox(
            name='invert',
            text='fill the other pixels instead',
            tooltip=(
                'For labels that mark what to keep: every pixel that would '
                'be kept is filled, and the other way round.'
            ),
        )
        self.below = self.extent = Label(name='extent')
        prepare_label(self.extent, lines=1)
        return [self.layer, self.menu, self.fill, self.invert]

    def read(self, image: ImageSource) -> MaskSource:
        """Describe the layer.

        Raises
        ------
        ValueError
            If it is none, or cannot be brought to the pixels of the image.
        """
        layer = self._chosen_layer()
        mask = find_mask(
            self.form.chosen_image(),
            layer,
            image,
            self.form.source.channel_axis,
            self._chosen_label(layer),
        )
        return replace(mask, inverted=self.invert.value)

    def content(
        self, image: ImageSource
    ) -> tuple[Hashable, Callable[[], Any]] | None:
        """Return the mask, if it could be filled as it is."""
        try:
            mask = self.read(image)
        except ValueError:
            self._show_extent(None)
            return None
        self._show_extent(mask)
        key = mask.checksum()
        if not key:
            return None
        if not isinstance(image, SeriesSource):
            return key, mask.array
        # A forecast is one of a plane.
        taken, place = image.taken, image.place
        return key, lambda: taken.take_beside(mask.array(), place)

    def remembered(self) -> list[ValueWidget]:
        """Return what no other layer is wrong for."""
        return [self.fill]

    def begin(self) -> None:
        """Let the fill be seen, until the run is discarded or fails.

        Labels have an outline, unless they are so thin that it is all of
        them. The colours of shapes and points are their own. Both are hidden.
        """
        layer = self.layer.value
        run = self.form.panel.run
        if layer is None or run is None:
            return
        name: str = 'visible'
        shown: int = False
        if isinstance(layer, Labels) and _has_inside(layer):
            name, shown = 'contour', layer.contour or 1
        before = getattr(layer, name)
        setattr(layer, name, shown)

        def give_back(state: State) -> None:
            if state.is_busy:
                return
            run.state_changed.disconnect(give_back)
            ended_in_vain = state in (State.DISCARDED, State.FAILED)
            if ended_in_vain and getattr(layer, name) == shown:
                setattr(layer, name, before)

        run.state_changed.connect(give_back)

    def show_image(self) -> None:
        """Follow the painting of the chosen labels."""
        self._follow_labels()
        try:
            taken = self.form.image_source().plane.taken
        except ValueError:
            # There is no image.
            taken = ()
        self.menu.offer_planes(bool(taken))

    def _look_for(self, kind: str | None, value: float | None = None) -> None:
        """Look for what the image has lost, to be chosen as the mask."""
        form = self.form
        try:
            source = describe_missing(
                form.chosen_image(),
                form.image_source(),
                kind,
                value,
                every_plane=self.menu.every_plane.isChecked(),
            )
        except ValueError as error:
            form.panel.warn(describe_error(error))
            return
        self.menu.look_for(source)

    def _look_for_value(self, text: str) -> None:
        try:
            value = parse_number(text, 'value', '-1')
        except ValueError as error:
            self.form.panel.warn(describe_error(error))
            return
        if value is not None:
            self._look_for(None, value)

    def _choose(self, labels: Labels) -> None:
        """Add labels to the viewer, and fill what they mark."""
        self.form.add_layer(labels)
        self.layer.reset_choices()
        self.layer.value = labels

    def _show_extent(self, mask: MaskSource | None) -> None:
        """Say how much is filled, and offer the rest if it is most."""
        # Labels that are read from disk are read in the worker.
        if mask is None or not isinstance(mask.data, np.ndarray):
            text, most = '', False
        else:
            missing = mask.array()
            filled, pixels = int(np.count_nonzero(missing)), missing.size
            most = 2 * filled > pixels
            text = describe_extent(filled, pixels)
            if mask.axes is not None:
                text += (
                    '. Brought to the pixels of the image through the '
                    'transforms of the layers.'
                )
        self.extent.value = text
        self.extent.visible = bool(text)
        self.invert.visible = most or self.invert.value

    def _follow_labels(self) -> None:
        """Forecast anew when the chosen labels were painted."""
        if self._followed is not None:
            for event in _told_by(self._followed):
                event.disconnect(self._on_paint)
        self._followed = self.layer.value
        if self._followed is not None:
            for event in _told_by(self._followed):
                event.connect(self._on_paint)

    def _on_paint(self) -> None:
        # Some are told of before it is done.
        self.settled.start()

    def _chosen_label(self, layer: Layer) -> int | None:
        one = self.fill.value == _ONE and isinstance(layer, Labels)
        return int(layer.selected_label) if one else None

    def _chosen_layer(self) -> Layer:
        if self.layer.value is None:
            raise ValueError(
                'There is no labels layer; add one, paint the pixels to fill '
                f'and choose it as "{self.argument.label}". Shapes and points '
                'do as well.'
            )
        layer: Layer = self.layer.value
        return layer


def describe_extent(filled: int, pixels: int) -> str:
    r"""Say how much of an image a mask fills, and warn if it is most.

    Examples
    --------
    >>> describe_extent(41, 4096)
    'fills 41 of 4,096 pixels, 1\xa0%'
    """
    part = percentage(filled, pixels)
    text = f'fills {filled:,} of {pixels:,} pixels, {part}'
    if 2 * filled > pixels:
        text += (
            '. That is more than half: if the labels mark what to keep, '
            'choose to fill the other pixels instead.'
        )
    return text.replace(' %', '\N{NO-BREAK SPACE}%')


def _has_inside(labels: Labels) -> bool:
    """Whether labels are three pixels wide somewhere, as far as is known.

    Thinner ones are all outline, but for single pixels where lines cross.
    Stacks are taken to be wide.
    """
    data = labels.data
    if labels.ndim > 2 or not isinstance(data, np.ndarray):
        return True
    # Loaded where it does not hold up the window.
    from scipy.ndimage import binary_erosion

    return bool(binary_erosion(data != 0, np.ones((3, 3))).any())


def _told_by(layer: Layer) -> list[EventEmitter]:
    """Events after which a mask may be another."""
    drawn = ('paint', 'set_data', 'data', 'selected_label')
    names = (*drawn, 'size', 'edge_width', 'scale', 'translate', 'affine')
    events = layer.events
    return [getattr(events, name) for name in names if name in events.emitters]

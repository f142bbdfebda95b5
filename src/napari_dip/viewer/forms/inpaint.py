"""The form of inpainting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from magicgui.widgets import CheckBox, ComboBox, Label
from napari.layers import Labels
from qtpy.QtCore import QTimer

from napari_dip.viewer.forms.base import RestorationForm
from napari_dip.viewer.layers.covering import mask_plane
from napari_dip.viewer.layers.layers import describe_mask
from napari_dip.viewer.panel.text import prepare_label
from napari_dip.viewer.tasks import Inpaint

if TYPE_CHECKING:
    from collections.abc import Hashable

    from magicgui.widgets.bases import ValueWidget
    from napari.utils.events import EventEmitter
    from napari.viewer import Viewer

    from napari_dip.viewer.layers.layers import ImageSource, MaskSource
    from napari_dip.viewer.panel.outlook import Read

# Milliseconds after the last stroke.
_PAUSE = 300

_ALL = 'all labels'
_ONE = 'the selected label'


class InpaintForm(RestorationForm):
    """Fill the labelled pixels of an image layer."""

    function = 'inpaint'

    def __init__(self, napari_viewer: Viewer) -> None:
        # Whose painting is followed.
        self._followed: Labels | None = None
        super().__init__(napari_viewer)
        # Below the fields, above the forecast.
        self.entries.insert(1, self.extent)
        self._settled = QTimer(self.native)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_PAUSE)
        self._settled.timeout.connect(self.show_outlook)
        self.mask_layer.changed.connect(self._follow_labels)
        self._follow_labels()

    def make_fields(self) -> list[ValueWidget]:
        """Make the choices of a labels layer and of what in it to fill."""
        self.mask_layer = self.layer_choice(
            Labels, 'labels', 'Layer whose labels mark the missing pixels.'
        )
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
        self.extent = Label(name='extent')
        prepare_label(self.extent, lines=1)
        return [self.mask_layer, self.fill, self.invert]

    def make_task(self) -> Inpaint:
        """Make the task from the entries.

        Raises
        ------
        ValueError
            If the labels do not lie over the image.
        """
        source = self.image_source()
        labels = self._chosen_labels()
        plane = mask_plane(
            self.chosen_image(), labels, self.channel_axis.value, source.plane
        )
        mask = describe_mask(labels, self._chosen_label(labels), plane)
        mask = replace(mask, inverted=self.invert.value)
        return Inpaint(source, self.choices(), mask)

    def content(self, source: ImageSource) -> tuple[Hashable, Read]:
        """Return the mask, if it could be filled as it is."""
        try:
            mask = self.make_task().mask
        except ValueError:
            self._show_extent(None)
            return None, dict
        self._show_extent(mask)
        key = mask.checksum()
        return key, lambda: {'mask': mask.array()} if key else {}

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
        self.extent.value = text
        self.extent.visible = bool(text)
        self.invert.visible = most or self.invert.value

    def _entries(self) -> dict[str, ValueWidget]:
        # What one layer needs is wrong for the next.
        entries = super()._entries()
        entries.pop(self.invert.name)
        return entries

    def _follow_labels(self) -> None:
        """Forecast anew when the chosen labels were painted."""
        if self._followed is not None:
            for event in _told_by(self._followed):
                event.disconnect(self._on_paint)
        self._followed = self.mask_layer.value
        if self._followed is not None:
            for event in _told_by(self._followed):
                event.connect(self._on_paint)

    def _on_paint(self) -> None:
        # Some are told of before it is done.
        self._settled.start()

    def _chosen_label(self, labels: Labels) -> int | None:
        one = self.fill.value == _ONE
        return int(labels.selected_label) if one else None

    def _chosen_labels(self) -> Labels:
        if self.mask_layer.value is None:
            raise ValueError(
                'There is no labels layer; add one, paint the pixels to fill '
                'and choose it as "labels".'
            )
        layer: Labels = self.mask_layer.value
        return layer


def describe_extent(filled: int, pixels: int) -> str:
    r"""Say how much of an image a mask fills, and warn if it is most.

    Examples
    --------
    >>> describe_extent(41, 4096)
    'fills 41 of 4,096 pixels, 1\xa0%'
    """
    percent = 100 * filled / pixels
    part = f'{percent:.0f}'
    if filled and percent < 1:
        part = 'less than 1'
    elif filled < pixels and percent > 99:
        part = 'more than 99'
    text = f'fills {filled:,} of {pixels:,} pixels, {part} %'
    if 2 * filled > pixels:
        text += (
            '. That is more than half: if the labels mark what to keep, '
            'choose to fill the other pixels instead.'
        )
    return text.replace(' %', '\N{NO-BREAK SPACE}%')


def _told_by(labels: Labels) -> list[EventEmitter]:
    """Events after which a mask may be another."""
    events = labels.events
    return [events.paint, events.set_data, events.data, events.selected_label]

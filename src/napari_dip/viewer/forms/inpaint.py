"""The form of inpainting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import ComboBox
from napari.layers import Labels
from qtpy.QtCore import QTimer

from napari_dip.viewer.covering import mask_plane
from napari_dip.viewer.forms.base import RestorationForm
from napari_dip.viewer.layers import describe_mask
from napari_dip.viewer.tasks import Inpaint

if TYPE_CHECKING:
    from collections.abc import Hashable

    from magicgui.widgets.bases import ValueWidget
    from napari.utils.events import EventEmitter
    from napari.viewer import Viewer

    from napari_dip.viewer.layers import ImageSource
    from napari_dip.viewer.outlook import Read

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
        return [self.mask_layer, self.fill]

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
        return Inpaint(source, self.choices(), mask)

    def content(self, source: ImageSource) -> tuple[Hashable, Read]:
        """Return the mask, if it could be filled as it is."""
        try:
            mask = self.make_task().mask
        except ValueError:
            return None, dict
        key = mask.checksum()
        return key, lambda: {'mask': mask.array()} if key else {}

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


def _told_by(labels: Labels) -> list[EventEmitter]:
    """Events after which a mask may be another."""
    events = labels.events
    return [events.paint, events.set_data, events.data, events.selected_label]

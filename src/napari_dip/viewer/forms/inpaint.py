"""The form of inpainting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import ComboBox
from napari.layers import Labels

from napari_dip.viewer.forms.base import RestorationForm
from napari_dip.viewer.layers import check_mask_covers, describe_mask
from napari_dip.viewer.tasks import Inpaint

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

_ALL = 'all labels'
_ONE = 'the selected label'


class InpaintForm(RestorationForm):
    """Fill the labelled pixels of an image layer."""

    function = 'inpaint'

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
        check_mask_covers(self.chosen_image(), labels, self.channel_axis.value)
        one = self.fill.value == _ONE
        label = int(labels.selected_label) if one else None
        return Inpaint(source, self.choices(), describe_mask(labels, label))

    def _chosen_labels(self) -> Labels:
        if self.mask_layer.value is None:
            raise ValueError(
                'There is no labels layer; add one, paint the pixels to fill '
                'and choose it as "labels".'
            )
        layer: Labels = self.mask_layer.value
        return layer

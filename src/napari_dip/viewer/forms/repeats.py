"""Entry of a layer with further frames of the field."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from napari.layers import Image

from napari_dip.viewer.forms.departures import Setting
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.layers.layers import ImageSource, describe_repeats

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget


class RepeatsEntry(Entry):
    """Choice of an image layer, or none."""

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choice."""
        argument = self.argument
        self.layer = self.form.layer_choice(
            Image,
            argument.name,
            argument.field.help,
            label=argument.label,
            nullable=True,
        )
        return [self.layer]

    def read(self, image: ImageSource) -> ImageSource | None:
        """Describe the layer.

        Raises
        ------
        ValueError
            If it is that of the image, or has another shape.
        """
        layer = self.layer.value
        return None if layer is None else describe_repeats(layer, image)

    def content(
        self, image: ImageSource
    ) -> tuple[Hashable, Callable[[], Any]] | None:
        """Return the frames, whose noise decides how they are fitted."""
        source = self.read(image)
        return None if source is None else (source.key, source.array)

    def settings(self) -> list[Setting]:
        """Return the choice, told by the name of the layer."""
        say = f'{self.argument.label} "{{.name}}"'.format
        return [Setting(self.layer, None, say)]

    def remembered(self) -> list[ValueWidget]:
        """Return nothing: another day has other layers."""
        return []

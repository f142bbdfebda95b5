"""Entries of layers that show the field of the image once more."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from napari.layers import Image

from napari_dip.viewer.forms.departures import Setting
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.layers.guide import GuideSource, describe_guide
from napari_dip.viewer.layers.layers import ImageSource, describe_repeats
from napari_dip.viewer.layers.stacks import SeriesSource

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
        if isinstance(image, SeriesSource):
            # A forecast is one of a plane.
            return None
        return None if source is None else (source.key, source.array)

    def settings(self) -> list[Setting]:
        """Return the choice, told by the name of the layer."""
        say = f'{self.argument.label} "{{.name}}"'.format
        return [Setting(self.layer, None, say)]

    def remembered(self) -> list[ValueWidget]:
        """Return nothing: another day has other layers."""
        return []


class GuideEntry(Entry):
    """Choice of an image layer, another than that which is restored."""

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choice."""
        argument = self.argument
        self.layer = self.form.layer_choice(
            Image, argument.name, argument.field.help, label=argument.label
        )
        return [self.layer]

    def read(self, image: ImageSource) -> GuideSource:
        """Describe the layer.

        Raises
        ------
        ValueError
            If it is that of the image, or lies elsewhere.
        """
        layer = self.layer.value
        if layer is None:
            raise ValueError(
                'There is no image layer to guide by; open one that shows '
                'the same field.'
            )
        return describe_guide(layer, self.form.chosen_image(), image)

    def show_image(self) -> None:
        """Choose another layer than the image, where there is one."""
        image = self.form.image.value
        others = [one for one in self.layer.choices if one is not image]
        if self.layer.value is image and others:
            self.layer.value = others[-1]

    def settings(self) -> list[Setting]:
        """Return nothing: there is always one."""
        return []

    def remembered(self) -> list[ValueWidget]:
        """Return nothing: another day has other layers."""
        return []

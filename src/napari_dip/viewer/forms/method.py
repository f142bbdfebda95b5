"""Entry of the method, and of the options that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import ComboBox

from napari_dip.tasks.arguments import read_arguments
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.forms.values import ValueEntry

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.viewer.layers.layers import ImageSource


class MethodEntry(Entry):
    """Choice of a method; what goes with it is folded away."""

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choice, and entries of the options."""
        field = self.argument.field
        self.method = ComboBox(
            name=self.name,
            label=self.argument.label,
            value=self.argument.default,
            choices=[(word, name) for name, word in field.choices.items()],
            tooltip=field.help,
        )
        self.options = [
            ValueEntry(one, self.form)
            for one in read_arguments(DeepImagePrior)
        ]
        self.method.changed.connect(self._show_options)
        self._show_options()
        return [self.method]

    def read(self, image: ImageSource) -> str | DeepImagePrior:
        """Return the name, or the options that go with it.

        Raises
        ------
        ValueError
            If an option makes no sense.
        """
        if not self._has_options:
            name: str = self.method.value
            return name
        entered = {one.name: one.read(image) for one in self.options}
        return DeepImagePrior(**entered)

    @property
    def _has_options(self) -> bool:
        return bool(self.method.value != self.argument.default)

    def _show_options(self) -> None:
        for entry in self.options:
            for widget in entry.widgets:
                widget.enabled = self._has_options

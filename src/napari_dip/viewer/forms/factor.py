"""Entry of a factor for all spatial axes, or one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import ComboBox, SpinBox

from napari_dip.images.stacks.depth import as_volumes
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.layers.stacks import SeriesSource

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.viewer.layers.layers import ImageSource

_PER_AXIS = 'one for each axis'
_DEPTHS = 'depths ×'


class FactorEntry(Entry):
    """Choice of a factor, or one of rows, of columns and of depths."""

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choices."""
        field = self.argument.field
        words = list(field.choices.values())
        self.factor = ComboBox(
            name=self.name,
            label=self.argument.label,
            value=field.choices[field.example],
            choices=[*words, _PER_AXIS],
            tooltip=field.help,
        )
        self.axes = [
            SpinBox(
                name=axis,
                label=label,
                value=value,
                min=int(field.least or 1),
                max=int(field.most or 8),
            )
            for axis, label, value in (
                ('rows', 'rows ×', 2),
                ('columns', 'columns ×', 2),
                ('depths', _DEPTHS, 1),
            )
        ]
        self.factor.changed.connect(self._show_axes)
        self._show_axes()
        return [self.factor, *self.axes]

    def read(self, image: ImageSource) -> tuple[int, ...]:
        """Return the factors along rows and columns; depths, if any, first.

        Raises
        ------
        ValueError
            If there are no depths to refine.
        """
        if self.factor.value == _PER_AXIS:
            rows, columns, depths = (axis.value for axis in self.axes)
            if depths == 1:
                return rows, columns
            if not isinstance(image, SeriesSource):
                raise ValueError(
                    f'"{_DEPTHS}": one plane has no depths; choose "as a '
                    'volume" to restore a stack, or take 1.'
                )
            as_volumes(image.stack)
            return depths, rows, columns
        words = self.argument.field.choices
        [factor] = [int(k) for k, w in words.items() if w == self.factor.value]
        return factor, factor

    def _show_axes(self) -> None:
        for widget in self.axes:
            widget.visible = self.factor.value == _PER_AXIS

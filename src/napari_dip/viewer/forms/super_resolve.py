"""The form of super-resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import ComboBox, SpinBox

from napari_dip.presets.choices import FACTORS
from napari_dip.viewer.forms.base import RestorationForm
from napari_dip.viewer.tasks import SuperResolve

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

_PER_AXIS = 'one for each axis'


class SuperResolveForm(RestorationForm):
    """Give an image layer more pixels."""

    function = 'super_resolve'

    def make_fields(self) -> list[ValueWidget]:
        """Make the choice of the factors."""
        self.factor = ComboBox(
            name='factor',
            value='×4',
            choices=[*(f'×{factor}' for factor in FACTORS), _PER_AXIS],
            tooltip='Pixels of the result along each side of a pixel.',
        )
        self.rows = SpinBox(name='rows', label='rows ×', value=2, min=1, max=8)
        self.columns = SpinBox(
            name='columns', label='columns ×', value=2, min=1, max=8
        )
        self.factor.changed.connect(self._show_axes)
        self._show_axes()
        return [self.factor, self.rows, self.columns]

    def chosen_factors(self) -> tuple[int, int]:
        """Return the factors along rows and columns."""
        if self.factor.value == _PER_AXIS:
            return self.rows.value, self.columns.value
        factor = int(self.factor.value.removeprefix('×'))
        return factor, factor

    def make_task(self) -> SuperResolve:
        """Make the task from the entries."""
        return SuperResolve(
            self.image_source(), self.choices(), self.chosen_factors()
        )

    def _show_axes(self) -> None:
        for widget in (self.rows, self.columns):
            widget.visible = self.factor.value == _PER_AXIS

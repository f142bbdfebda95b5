"""Slider over the iterates of a finished run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container, Label, Slider
from psygnal import Signal

if TYPE_CHECKING:
    from napari_dip.viewer.layers.stream import Iterate


class Timeline(Container):
    """Choice of an earlier or later iterate."""

    chosen = Signal(object)

    def __init__(self) -> None:
        self._iterates: list[Iterate] = []
        self.slider = Slider(
            name='iterate',
            min=0,
            max=1,
            readout=False,
            tooltip='Show an earlier or later estimate in the result layer.',
        )
        self.caption = Label()
        super().__init__(labels=False, widgets=[self.slider, self.caption])
        self.margins = (0, 0, 0, 0)
        self.slider.changed.connect(self._choose)

    def show_iterates(self, iterates: list[Iterate]) -> None:
        """Offer iterates, the last one chosen; nothing if there is no choice.

        Parameters
        ----------
        iterates : list of Iterate
            In the order of their iterations.
        """
        self._iterates = list(iterates)
        self.visible = len(iterates) > 1
        if len(iterates) > 1:
            with self.slider.changed.blocked():
                self.slider.max = len(iterates) - 1
                self.slider.value = len(iterates) - 1
            self.caption.value = f'Shown: {iterates[-1].label}'

    def _choose(self, index: int) -> None:
        iterate = self._iterates[index]
        self.caption.value = f'Shown: {iterate.label}'
        self.chosen.emit(iterate)

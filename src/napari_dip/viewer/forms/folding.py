"""Sections of a form that are folded away until somebody opens them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from magicgui.widgets import Container
from superqt import QCollapsible

from napari_dip.viewer.panel.text import align_labels

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.viewer.forms.departures import Setting


class Section(Container):
    """Entries that most people never open.

    Parameters
    ----------
    entries : list of ValueWidget
        What it holds.
    """

    title: ClassVar[str]

    def __init__(self, entries: list[ValueWidget]) -> None:
        super().__init__(widgets=entries)
        align_labels(self)
        self.margins = (12, 0, 0, 0)

    @abstractmethod
    def settings(self) -> list[Setting]:
        """Return what can be set here."""

    def fold(self) -> QCollapsible:
        """Return a folded section that holds this container."""
        section = QCollapsible(self.title, expandedIcon='▾', collapsedIcon='▸')
        layout = section.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        section.addWidget(self.native)
        section.collapse(animate=False)
        return section

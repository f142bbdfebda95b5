"""Sections of a form that are folded away until somebody opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container
from superqt import QCollapsible

from napari_dip.viewer.panel.text import align_labels

if TYPE_CHECKING:
    from napari_dip.viewer.forms.departures import Setting
    from napari_dip.viewer.forms.entry import Entry


class Section(Container):
    """Entries that most people never open.

    Parameters
    ----------
    title : str
        What it is called.
    entries : list of Entry
        What it holds.
    """

    def __init__(self, title: str, entries: list[Entry]) -> None:
        widgets = [widget for entry in entries for widget in entry.widgets]
        super().__init__(widgets=widgets)
        self.title = title
        self._entries = entries
        align_labels(self)
        self.margins = (12, 0, 0, 0)

    def settings(self) -> list[Setting]:
        """Return what can be set here."""
        return [one for entry in self._entries for one in entry.settings()]

    def fold(self) -> QCollapsible:
        """Return a folded section that holds this container."""
        section = QCollapsible(self.title, expandedIcon='▾', collapsedIcon='▸')
        layout = section.layout()
        assert layout is not None
        layout.setContentsMargins(0, 0, 0, 0)
        section.addWidget(self.native)
        section.collapse(animate=False)
        return section

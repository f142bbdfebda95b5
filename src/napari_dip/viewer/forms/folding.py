"""Sections of a form that are folded away until somebody opens them."""

from __future__ import annotations

from magicgui.widgets import Container
from superqt import QCollapsible


def fold(title: str, content: Container) -> QCollapsible:
    """Return a folded section that holds a container."""
    section = QCollapsible(title, expandedIcon='▾', collapsedIcon='▸')
    layout = section.layout()
    assert layout is not None
    layout.setContentsMargins(0, 0, 0, 0)
    section.addWidget(content.native)
    section.collapse(animate=False)
    return section

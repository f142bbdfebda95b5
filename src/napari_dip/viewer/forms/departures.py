"""Sections that are folded away, and what is set there, told in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from magicgui.widgets import Container, Label
from qtpy.QtCore import Qt
from superqt import QCollapsible

from napari_dip.viewer.panel.text import align_labels, prepare_label

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.viewer.forms.entry import Entry

# Legible on napari's dark and light themes; Qt's own links are not.
_LINK = '#2f8fd8'


@dataclass(frozen=True)
class Setting:
    """An entry in a folded section.

    Parameters
    ----------
    entry : ValueWidget
        The entry.
    default : object
        What it holds where nobody has set anything.
    say : callable
        Puts another value into words.
    """

    entry: ValueWidget
    default: Any
    say: Callable[[Any], str]

    @property
    def is_set(self) -> bool:
        """Whether it differs from the default, and has a say."""
        if not self.entry.enabled:
            return False
        value = self.entry.value
        if isinstance(value, str):
            value = value.strip()
        return bool(value != self.default)


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


class Departures(Label):
    """Every folded entry that is not at its default, each with a reset.

    Parameters
    ----------
    sections : list of Section
        Where entries are folded away.
    """

    def __init__(self, sections: list[Section]) -> None:
        super().__init__(name='departures', label='not at the default')
        self._settings = {one.title: one.settings() for one in sections}
        prepare_label(self, lines=1)
        native = self.native
        native.setTextFormat(Qt.TextFormat.RichText)
        native.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        native.linkActivated.connect(self.reset)
        self.tooltip = 'Set in a section that may be folded away.'
        for setting in self._all():
            setting.entry.changed.connect(self.show_settings)
        self.show_settings()

    def show_settings(self) -> None:
        """Tell what is set; nothing where all is at its default."""
        lines = []
        for title, settings in self._settings.items():
            told = [_tell(one) for one in settings if one.is_set]
            if told:
                lines.append(f'{escape(title)}: {", ".join(told)}')
        self.value = '<br>'.join(lines)
        self.visible = bool(lines)

    def reset(self, name: str) -> None:
        """Set an entry to its default.

        Parameters
        ----------
        name : str
            Name of the entry.
        """
        for setting in self._all():
            if setting.entry.name == name:
                setting.entry.value = setting.default

    def _all(self) -> list[Setting]:
        return [one for group in self._settings.values() for one in group]


def _tell(setting: Setting) -> str:
    words = escape(setting.say(setting.entry.value))
    # A line must not end between what is set and its reset.
    reset = f'<a style="color: {_LINK}" href="{setting.entry.name}">reset</a>'
    return f'{words}\N{NO-BREAK SPACE}({reset})'

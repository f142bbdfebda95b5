"""A form begins with what was last entered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from napari_dip.viewer.preferences import read_preferences
from napari_dip.viewer.remembered import Remembered

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget


class Memory:
    """What was entered in a form, from one session to the next.

    Parameters
    ----------
    form : str
        Name of the form.
    entries : dict
        The entries to remember, by name.
    warn : callable
        Told of a damaged file.
    """

    def __init__(
        self,
        form: str,
        entries: dict[str, ValueWidget],
        warn: Callable[[str], None],
    ) -> None:
        folder = read_preferences().folder
        self._remembered = Remembered(folder, form, warn)
        self._entries = entries

    def recall(self) -> None:
        """Enter what was last entered; preferences set since then win."""
        defaults = _defaults()
        told = [defaults]
        memory = self._remembered.read()
        if memory.get('defaults') == defaults:
            told.append(memory.get('entries', {}))
        for values in told:
            for name, entry in self._entries.items():
                # No other type: what a form did not write is left out.
                if type(values.get(name)) is type(entry.value):
                    with suppress(ValueError, OverflowError):
                        entry.value = values[name]

    def remember(self) -> None:
        """Keep what is entered now."""
        values = {name: entry.value for name, entry in self._entries.items()}
        self._remembered.write({'defaults': _defaults(), 'entries': values})


def _defaults() -> dict[str, Any]:
    preferences = read_preferences()
    return {'preset': preferences.preset, 'device': preferences.device}

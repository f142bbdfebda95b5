"""The entries of a form as they were when it was last used."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

_FILE = 'napari-dip.forms.json'


class Remembered:
    """Entries by form and name, in a file beside napari's settings.

    Parameters
    ----------
    folder : Path or None
        Folder of the file; None remembers nothing.
    form : str
        Name of the form.
    """

    def __init__(self, folder: Path | None, form: str) -> None:
        self._path = None if folder is None else folder / _FILE
        self._form = form

    def read(self) -> dict[str, Any]:
        """Return the entries; none if the file is missing or damaged."""
        entries = self._read_all().get(self._form, {})
        return entries if isinstance(entries, dict) else {}

    def write(self, entries: dict[str, Any]) -> None:
        """Keep entries; a folder that cannot be written to is no error."""
        if self._path is None:
            return
        content = {**self._read_all(), self._form: entries}
        with suppress(OSError):
            self._path.write_text(json.dumps(content, indent=2), 'utf-8')

    def _read_all(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            content = json.loads(self._path.read_text('utf-8'))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

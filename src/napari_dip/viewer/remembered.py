"""The entries of a form as they were when it was last used."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    warn : callable
        Told when a damaged file was set aside.
    """

    def __init__(
        self, folder: Path | None, form: str, warn: Callable[[str], None]
    ) -> None:
        self._path = None if folder is None else folder / _FILE
        self._form = form
        self._warn = warn

    def read(self) -> dict[str, Any]:
        """Return the entries; none if the file is missing or damaged."""
        return self._read_all().get(self._form, {})

    def write(self, entries: dict[str, Any]) -> None:
        """Keep entries; a folder that cannot be written to is no error."""
        if self._path is None:
            return
        content = {**self._read_all(), self._form: entries}
        with suppress(OSError):
            self._path.write_text(json.dumps(content, indent=2), 'utf-8')

    def _read_all(self) -> dict[str, dict[str, Any]]:
        if self._path is None or not self._path.is_file():
            return {}
        try:
            content = json.loads(self._path.read_text('utf-8'))
            _check(content)
        except OSError:
            return {}
        except (ValueError, RecursionError):
            self._set_aside(self._path)
            return {}
        return content

    def _set_aside(self, path: Path) -> None:
        aside = path.with_name(f'{path.name}.damaged')
        try:
            path.replace(aside)
            told = f'it is kept as "{aside.name}" beside napari\'s settings'
        except OSError:
            told = 'it could not be set aside either'
        self._warn(
            f'The entries of the last use cannot be read: "{path.name}" is '
            f'damaged; {told}, and the form begins with the defaults.'
        )


def _check(content: object) -> None:
    """Check that a file holds what :meth:`Remembered.write` writes.

    Raises
    ------
    ValueError
        If it holds anything else.
    """
    if not isinstance(content, dict):
        raise ValueError('no forms')
    for form in content.values():
        if not isinstance(form, dict):
            raise ValueError('no form')
        for name in ('defaults', 'entries'):
            if not isinstance(form.get(name, {}), dict):
                raise ValueError(f'no {name}')

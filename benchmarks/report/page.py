"""Pages from templates: Markdown with places for text and rows of tables.

``{name}`` is a place for text. A line ``|name| {case} | {psnr:.2f} |`` is
written once for each row of that name. A section is left out where nothing
fills its places.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from string import Formatter
from typing import Any

from benchmarks.machine import machines

PAGES = Path(__file__).parent / 'pages'
_NOTE = '<!-- Written by the benchmark: do not edit. -->\n\n'
_ROW = re.compile(r'^\|(\w+)(\| .*)$', re.MULTILINE)
_PLACE = re.compile(r'\{(\w+)\}')


class _Blank(Formatter):
    """Leaves blank what is not there."""

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        return kwargs.get(key)

    def format_field(self, value: Any, spec: str) -> str:
        return '' if value is None else format(value, spec)


def write_page(
    name: str, output: Path, measured: Any, template: str = '', **parts: Any
) -> Path:
    """Fill the template of a page, with the machines of what was measured."""
    path = PAGES / f'{template or name}.md'
    about = machines(measured)
    return fill(path, output / f'{name}.md', machines=about, **parts)


def fill(template: Path, path: Path, **parts: Any) -> Path:
    """Fill a template with text and rows, and write it down."""
    text = template.read_text(encoding='utf-8')
    sections = (_filled(one, parts) for one in re.split(r'\n(?=##)', text))
    page = re.sub(r'\n{3,}', '\n\n', '\n'.join(sections)).strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_NOTE + page + '\n', encoding='utf-8')
    return path


def _filled(section: str, parts: dict[str, Any]) -> str:
    places = {row[1] for row in _ROW.finditer(section)}
    places |= set(_PLACE.findall(_ROW.sub('', section)))
    if places and not any(parts[name] for name in places):
        return ''

    def rows(match: re.Match[str]) -> str:
        blank = _Blank()
        return '\n'.join(
            blank.vformat(match[2], (), row) for row in parts[match[1]]
        )

    return _PLACE.sub(lambda m: str(parts[m[1]]), _ROW.sub(rows, section))


def table(labels: Sequence[str], columns: dict[str, list[str]]) -> str:
    """Table of the labelled rows that have anything to show, numbers right."""
    rows = zip(labels, *columns.values(), strict=True)
    body = [row for row in rows if any(row[1:])]
    head = [['method', *columns], ['---', *['---:'] * len(columns)]]
    lines = [f'| {" | ".join(row)} |' for row in [*head, *body]]
    return '\n'.join(lines) if body else ''

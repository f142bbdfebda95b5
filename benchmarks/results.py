"""The store: one line of JSON for each figure, one file for each set.

It has a case, method, version and seed, the newest last. Machines are
described once, in ``machines.json``.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.cases import SETS

FOLDER = Path(__file__).parent / 'results'

Record = dict[str, Any]

#: What makes a figure the same figure.
KEY = ('set', 'case', 'method', 'version', 'seed')


def key(record: Record) -> tuple[Any, ...]:
    """The same of a record."""
    return tuple(record[name] for name in KEY)


def file_of(collection: str) -> str:
    """Name of the file of a set in the store."""
    return f'{SETS[collection].task}/{collection}'


def load(folder: Path, name: str) -> list[Record]:
    """Records of one file, the newest last."""
    machines = _machines(folder)
    records = _lines(folder / f'{name}.jsonl')
    return [one | {'machine': machines[one['machine']]} for one in records]


def load_sets(folder: Path) -> list[Record]:
    """Records of all sets."""
    return [one for name in SETS for one in load(folder, file_of(name))]


def store(record: Record, folder: Path, name: str) -> Path:
    """Add a record to a file, in place of an older one of the same figure."""
    known, machine = _machines(folder), record['machine']
    described = json.dumps(machine, sort_keys=True).encode()
    tag = hashlib.sha256(described).hexdigest()[:6]
    if tag not in known:
        listed = json.dumps(known | {tag: machine}, indent=1, sort_keys=True)
        _write(folder / 'machines.json', [listed])
    path = folder / f'{name}.jsonl'
    lines = [one for one in _lines(path) if key(one) != key(record)]
    new = {name: value for name, value in record.items() if value != ''}
    lines.append(new | {'machine': tag})
    compact: dict[str, Any] = {'separators': (',', ':'), 'ensure_ascii': False}
    _write(path, (json.dumps(one, **compact) for one in lines))
    return path


def _lines(path: Path) -> list[Record]:
    text = path.read_text('utf-8') if path.exists() else ''
    return [json.loads(line) for line in text.splitlines()]


def _machines(folder: Path) -> dict[str, Any]:
    path = folder / 'machines.json'
    return json.loads(path.read_text('utf-8')) if path.exists() else {}


def _write(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix('.draft')
    draft.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    draft.replace(path)

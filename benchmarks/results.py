"""The store: one line of JSON for each figure, one file for each method.

``results/<set>/<method>.jsonl`` only ever grows; the last line for a case,
method, version and seed counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.cases import Case
from benchmarks.methods import Method

FOLDER = Path(__file__).parent / 'results'

Record = dict[str, Any]
Key = tuple[str, str, str, str, int]


def key(record: Record) -> Key:
    """What makes a figure the same figure."""
    return (
        record['set'],
        record['case'],
        record['method'],
        record['version'],
        record['seed'],
    )


def expected_key(case: Case, method: Method, seed: int) -> Key:
    """Key that a run of the installed version would store."""
    version = method.version()
    return case.collection, case.name, method.name, version, seed


def store(record: Record, folder: Path = FOLDER) -> Path:
    """Append a record to the file of its set and method."""
    path = folder / record['set'] / f'{record["method"]}.jsonl'
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('a', encoding='utf-8') as lines:
        lines.write(json.dumps(record, sort_keys=True) + '\n')
    return path


def load(folder: Path = FOLDER) -> list[Record]:
    """All records, oldest first within a file, superseded ones left out."""
    latest: dict[Key, Record] = {}
    for record in _lines(folder):
        latest.pop(key(record), None)
        latest[key(record)] = record
    return list(latest.values())


def _lines(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob('*/*.jsonl')):
        for line in path.read_text(encoding='utf-8').splitlines():
            yield json.loads(line)

"""What stored figures were measured on, in words."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.results import Record


def machines(records: Iterable[Record]) -> str:
    """One line for each machine, as a list."""
    seen = dict.fromkeys(_machine(record) for record in records)
    lines = sorted(line for line in seen if line)
    return '\n'.join(f'- {line}' for line in lines) or 'nothing yet'


def _machine(record: Record) -> str:
    about = record['machine']
    threads = threads_used(record)
    parts = [
        f'{record["device"]}: {about["processor"]}, {about["cores"]} cores, '
        f'{threads} thread' + 's' * (threads != 1),
        f'{about["memory_gib"]} GiB',
        f'{about["system"]}, Python {about["python"]}',
    ]
    return ', '.join([about['gpu'], *parts] if 'gpu' in about else parts)


def threads_used(record: Record) -> int:
    """Threads of the processor; all cores where none were set."""
    about = record['machine']
    return about['threads'] or about['cores']

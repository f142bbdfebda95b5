"""The record of a restoration as JSON."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from napari_dip.cli.job import Job

if TYPE_CHECKING:
    from napari_dip.session.record import Record


def encode_report(job: Job, record: Record) -> bytes:
    """Return the report of a job: the record, and the names of its files."""
    content = {**record.to_dict(), 'files': _files(job)}
    text = json.dumps(
        _without_nan(content), indent=2, ensure_ascii=False, allow_nan=False
    )
    # The bytes of a name that are no text become escapes, which JSON has too.
    return f'{text}\n'.encode(errors='backslashreplace')


def _files(job: Job) -> dict[str, Any]:
    files: dict[str, Any] = {'input': str(job.input)}
    for one in job.beside:
        paths = [str(path) for path in one.paths]
        files[one.name] = paths if one.is_list else paths[0]
    return {**files, 'output': str(job.output)}


def _without_nan(content: Any) -> Any:
    """Replace numbers that JSON has no word for by null."""
    if isinstance(content, dict):
        return {key: _without_nan(item) for key, item in content.items()}
    if isinstance(content, (list, tuple)):
        return [_without_nan(item) for item in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content

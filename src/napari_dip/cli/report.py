"""The record of a restoration as a JSON file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from napari_dip.files.atomic import write_atomically


def write_report(
    path: Path, content: dict[str, Any], *, overwrite: bool
) -> None:
    """Write a report as JSON, wholly or not at all.

    Raises
    ------
    OSError
        If the system refuses.
    """
    text = json.dumps(
        _without_nan(content), indent=2, ensure_ascii=False, allow_nan=False
    )
    write_atomically(
        path,
        lambda file: file.write(f'{text}\n'.encode()),
        overwrite=overwrite,
    )


def _without_nan(content: Any) -> Any:
    """Replace numbers that JSON has no word for by null."""
    if isinstance(content, dict):
        return {key: _without_nan(item) for key, item in content.items()}
    if isinstance(content, (list, tuple)):
        return [_without_nan(item) for item in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content

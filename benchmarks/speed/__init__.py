"""Time and memory: iterations, whole calls, large images, forecasts."""

import tomllib
from pathlib import Path
from typing import Any

_TEXT = Path(__file__).with_name('jobs.toml').read_text(encoding='utf-8')
#: What is measured, by part and name.
PARTS: dict[str, dict[str, list[Any]]] = tomllib.loads(_TEXT)

"""What is known of each set without its images: ``sets.toml``."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Task = Literal['denoise', 'inpaint', 'super_resolve']


@dataclass(frozen=True)
class Set:
    """Words for its page, its cases, and published figures."""

    title: str
    task: Task
    load: str
    size: int
    protocol: str
    source: str = ''
    scored: bool = True
    watched: bool = True
    files: dict[str, str] = field(default_factory=dict)
    variants: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    crops: dict[str, int] = field(default_factory=dict)
    score: dict[str, str] = field(default_factory=lambda: {'': 'ABSOLUTE'})
    published: tuple[dict[str, Any], ...] = ()


_TEXT = Path(__file__).with_name('sets.toml').read_text(encoding='utf-8')
SETS = {name: Set(**about) for name, about in tomllib.loads(_TEXT).items()}

"""The words of the command line for what the Python functions call theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

#: Arguments of the functions that options of the same name stand for.
OPTIONS = (
    'channel_axis',
    'defects',
    'device',
    'factor',
    'gain',
    'max_num_iter',
    'noise',
    'offset',
    'preset',
    'read_noise',
    'seed',
    'time_limit',
    'uncertainty',
)
_IN_PYTHON = {
    'or None': 'or leave it out',
    'leave it at None': 'leave it out',
    'or a detector': 'or leave it out and give --gain',
    'invert it, as numpy.logical_not does': (
        'add --invert-mask, or leave it out if it is there'
    ),
}
# These are words of no language: they are options wherever they stand.
_CODE_NAMES = '|'.join(name for name in OPTIONS if '_' in name)
_REPLACEMENTS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf'^({"|".join(OPTIONS)})(?=:)', lambda match: _option(match[0])),
    (r'\b(\w+)=["\'](\w+)["\']', lambda m: f'{_option(m[1])} {m[2]}'),
    (rf'\b(?:an? )?({_CODE_NAMES})\b', lambda match: _option(match[1])),
    (
        rf'\b(?:{"|".join(map(re.escape, _IN_PYTHON))})\b',
        lambda match: _IN_PYTHON[match[0]],
    ),
)


def in_options(sentence: str) -> str:
    """Spell arguments of a Python call as options of the command line.

    Examples
    --------
    >>> in_options('seed: -1 is bad; give 1, or None.')
    '--seed: -1 is bad; give 1, or leave it out.'
    >>> in_options('Choose preset="fast", or name it with channel_axis.')
    'Choose --preset fast, or name it with --channel-axis.'
    """
    for pattern, replacement in _REPLACEMENTS:
        sentence = re.sub(pattern, replacement, sentence)
    return sentence


def shown(path: Path) -> str:
    r"""Return the name of a file as one line that every terminal can show.

    Examples
    --------
    >>> shown(Path('cells.tif'))
    'cells.tif'
    >>> shown(Path('two lines'.replace(' ', chr(10))))
    "'two\\nlines'"
    """
    name = str(path)
    return name if name.isprintable() else repr(name)


def _option(name: str) -> str:
    return f'--{name.replace("_", "-")}'

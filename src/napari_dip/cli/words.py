"""The words of the command line for what the Python functions call theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from napari_dip.tasks.registry import tasks

_IN_PYTHON = {
    'or None': 'or leave it out',
    'leave it at None': 'leave it out',
    'or a detector': 'or leave it out and give --gain',
    'invert it, as numpy.logical_not does': (
        'add --invert-mask, or leave it out if it is there'
    ),
}
# Numbers of a detector, each with an option of its own.
_OF_DETECTOR = ('gain', 'offset', 'read_noise')
_FILES = ('image', 'mask', 'repeats')


def option_names() -> set[str]:
    """Return arguments of all tasks that options of the same name set."""
    named = {
        argument.name
        for task in tasks()
        for argument in task.arguments
        if argument.kind not in _FILES
    }
    return named | set(_OF_DETECTOR)


def file_names() -> set[str]:
    """Return arguments of all tasks that are files."""
    return {
        argument.name
        for task in tasks()
        for argument in task.arguments
        if argument.kind in _FILES
    }


def in_options(sentence: str) -> str:
    """Spell arguments of a Python call as options of the command line.

    Examples
    --------
    >>> in_options('seed: -1 is bad; give 1, or None.')
    '--seed: -1 is bad; give 1, or leave it out.'
    >>> in_options('Choose preset="fast", or name it with channel_axis.')
    'Choose --preset fast, or name it with --channel-axis.'
    """
    for pattern, replacement in _replacements():
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


def option_of(name: str) -> str:
    """Spell an argument as an option.

    Examples
    --------
    >>> option_of('max_num_iter')
    '--max-num-iter'
    """
    return f'--{name.replace("_", "-")}'


def _replacements() -> tuple[tuple[str, Callable[[re.Match[str]], str]], ...]:
    names = sorted(option_names())
    # These are words of no language: they are options wherever they stand.
    code = '|'.join(name for name in names if '_' in name)
    python = '|'.join(map(re.escape, _IN_PYTHON))
    return (
        (rf'^({"|".join(names)})(?=:)', lambda m: option_of(m[0])),
        (r'\b(\w+)=["\'](\w+)["\']', lambda m: f'{option_of(m[1])} {m[2]}'),
        (rf'\b(?:an? )?({code})\b', lambda m: option_of(m[1])),
        (rf'\b(?:{python})\b', lambda m: _IN_PYTHON[m[0]]),
    )

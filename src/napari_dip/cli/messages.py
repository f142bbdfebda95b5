"""What is wrong, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from napari_dip.io.errors import FileError
from napari_dip.tasks.arguments import read_arguments
from napari_dip.tasks.base import tasks
from napari_dip.tasks.method import DeepImagePrior

_IN_PYTHON = {
    'or None': 'or leave it out',
    'leave it at None': 'leave it out',
    'make the planes that it lacks with resume=True': (
        'make the planes that it lacks with --resume, or replace it with '
        '--overwrite'
    ),
    'leave out resume=True': 'leave out --resume',
    'or a detector': 'or leave it out and give --gain',
    'invert it, as numpy.logical_not does': (
        'add --invert-mask, or leave it out if it is there'
    ),
}
# Numbers of a detector, each with an option of its own.
_OF_DETECTOR = ('gain', 'offset', 'read_noise')
_FILES = ('image', 'mask', 'guide', 'repeats', 'output')


def option_names() -> set[str]:
    """Return arguments of all tasks that options of the same name set."""
    named = {
        argument.name
        for task in tasks()
        for argument in task.arguments
        if argument.kind not in _FILES
    }
    of_method = {one.name for one in read_arguments(DeepImagePrior)}
    return named | of_method | set(_OF_DETECTOR)


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


class ArgumentError(Exception):
    """A sentence: what argument is wrong, how, and what to do about it."""


@contextmanager
def about(argument: str, path: Path) -> Iterator[None]:
    """Name the argument in whatever is wrong with a file."""
    try:
        yield
    except FileError as error:
        raise ArgumentError(f'{argument} ({shown(path)}): {error}') from error


@contextmanager
def engine_problems(names: Mapping[str, str]) -> Iterator[None]:
    """Say in the words of the command line what the restoration refuses.

    Errors that are no sentences of the restoration pass: they are faults of
    the program and not of its user.

    Parameters
    ----------
    names : mapping of str to str
        Arguments that are files, and what the command line calls them.
    """
    try:
        yield
    except MemoryError as error:
        raise ArgumentError(_out_of_memory(str(error), names)) from error
    except (TypeError, ValueError) as error:
        sentence = str(error)
        argument, colon, rest = sentence.partition(': ')
        if not colon or argument not in file_names() | option_names():
            raise
        if argument in names:
            sentence = f'{names[argument]}: {in_options(rest)}'
        raise ArgumentError(in_options(sentence)) from error


def load_engine() -> None:
    """Import PyTorch and all else that a restoration stands on.

    Raises
    ------
    ArgumentError
        If something cannot be loaded: no argument is at fault, but the user
        can mend it.
    """
    try:
        import napari_dip.session.prepare  # noqa: F401
    except (ImportError, OSError, MemoryError) as error:
        detail = ' '.join(str(error).split()) or type(error).__name__
        raise ArgumentError(
            f'a library that is needed cannot be loaded ({detail}); close '
            'other programs if there is not enough memory, or install '
            'napari-dip again.'
        ) from error


def _out_of_memory(sentence: str, names: Mapping[str, str]) -> str:
    if sentence.startswith('Not enough memory'):
        detail = in_options(sentence)
    else:
        detail = (
            'There is not enough memory for this image; close other '
            'programs, choose --preset fast, or crop the image.'
        )
    return f'{names["image"]}: {detail[0].lower()}{detail[1:]}'

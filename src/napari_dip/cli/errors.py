"""What is wrong, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from napari_dip.files.errors import FileError

_OPTIONS = (
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
# Beginning of the sentences that the restoration has for its user.
_SENTENCE = re.compile(rf'(image|mask|repeats|{"|".join(_OPTIONS)}): ')


class ArgumentError(Exception):
    """A sentence: what argument is wrong, how, and what to do about it."""


@contextmanager
def about(argument: str, path: Path) -> Iterator[None]:
    """Name the argument in whatever is wrong with a file."""
    try:
        yield
    except FileError as error:
        raise ArgumentError(f'{argument} ({path}): {error}') from error


@contextmanager
def engine_problems(input_: Path, mask: Path | None) -> Iterator[None]:
    """Say in the words of the command line what the restoration refuses.

    Errors that are no sentences of the restoration pass: they are faults of
    the program and not of its user.
    """
    try:
        yield
    except MemoryError as error:
        raise ArgumentError(_out_of_memory(str(error), input_)) from error
    except (TypeError, ValueError) as error:
        if not _SENTENCE.match(str(error)):
            raise
        raise ArgumentError(_translate(str(error), input_, mask)) from error


def _translate(sentence: str, input_: Path, mask: Path | None) -> str:
    """Spell arguments of a Python call as those of the command line.

    Examples
    --------
    >>> _translate('seed: -1 is bad; give 1, or None.', Path('a.tif'), None)
    '--seed: -1 is bad; give 1, or leave it out.'
    """
    sentence = re.sub(r'^image:', f'INPUT ({input_}):', sentence)
    sentence = re.sub(r'^mask:', f'MASK ({mask}):', sentence)
    sentence = re.sub(r'^repeats:', '--repeat:', sentence)
    sentence = re.sub(
        rf'^({"|".join(_OPTIONS)})(?=:)|\b(channel_axis|max_num_iter'
        r'|time_limit)\b',
        lambda match: _option(match[0]),
        sentence,
    )
    sentence = re.sub(r'\b(\w+)="(\w+)"', r'--\1 \2', sentence)
    return sentence.replace('or None', 'or leave it out')


def _option(name: str) -> str:
    return f'--{name.replace("_", "-")}'


def _out_of_memory(sentence: str, input_: Path) -> str:
    if sentence.startswith('Not enough memory'):
        detail = _translate(sentence, input_, None)
    else:
        detail = (
            'There is not enough memory for this image; close other '
            'programs, choose --preset fast, or crop the image.'
        )
    return f'INPUT ({input_}): {detail[0].lower()}{detail[1:]}'

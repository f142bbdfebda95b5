"""What is wrong, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from napari_dip.cli.words import OPTIONS, in_options, shown
from napari_dip.io.errors import FileError

# Beginning of the sentences that the restoration has for its user.
_SENTENCE = re.compile(rf'(image|mask|repeats|{"|".join(OPTIONS)}): ')


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


def load_engine() -> None:
    """Import PyTorch and all else that a restoration stands on.

    Raises
    ------
    ArgumentError
        If something cannot be loaded: no argument is at fault, but the user
        can mend it.
    """
    try:
        import napari_dip.tasks.denoise
        import napari_dip.tasks.inpaint
        import napari_dip.tasks.super_resolve  # noqa: F401
    except (ImportError, OSError, MemoryError) as error:
        detail = ' '.join(str(error).split()) or type(error).__name__
        raise ArgumentError(
            f'a library that is needed cannot be loaded ({detail}); close '
            'other programs if there is not enough memory, or install '
            'napari-dip again.'
        ) from error


def _translate(sentence: str, input_: Path, mask: Path | None) -> str:
    """Name the files and options that a sentence of a function is about.

    Examples
    --------
    >>> _translate('image: it is flat.', Path('a.tif'), None)
    'INPUT (a.tif): it is flat.'
    """
    argument, colon, rest = sentence.partition(':')
    files = {'image': f'INPUT ({shown(input_)})', 'repeats': '--repeat'}
    if mask is not None:
        files['mask'] = f'MASK ({shown(mask)})'
    if argument in files:
        return f'{files[argument]}{colon}{in_options(rest)}'
    return in_options(sentence)


def _out_of_memory(sentence: str, input_: Path) -> str:
    if sentence.startswith('Not enough memory'):
        detail = in_options(sentence)
    else:
        detail = (
            'There is not enough memory for this image; close other '
            'programs, choose --preset fast, or crop the image.'
        )
    return f'INPUT ({shown(input_)}): {detail[0].lower()}{detail[1:]}'

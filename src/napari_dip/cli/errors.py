"""What is wrong, in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from napari_dip.cli.words import file_names, in_options, option_names, shown
from napari_dip.io.errors import FileError


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

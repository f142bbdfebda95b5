"""What the letters of axes stand for, and where others name them."""

from __future__ import annotations

from collections.abc import Sequence

_PLURALS = {
    'T': 'times',
    'Z': 'depths',
    'C': 'channels',
    'S': 'colours',
    'P': 'positions',
    'M': 'tiles',
}
_LETTERS = {
    'time': 'T',
    'times': 'T',
    'frame': 'T',
    'depth': 'Z',
    'plane': 'Z',
    'slice': 'Z',
    'channel': 'C',
    'channels': 'C',
    'band': 'C',
    'row': 'Y',
    'rows': 'Y',
    'column': 'X',
    'columns': 'X',
    'col': 'X',
    'sample': 'S',
    'position': 'P',
    'tile': 'M',
}


def say_axes(letters: str) -> str:
    """Space the letters out.

    Examples
    --------
    >>> say_axes('TZCYX')
    'T Z C Y X'
    """
    return ' '.join(letters)


def say_count(letter: str, number: int) -> str:
    """Say how many entries an axis has.

    Examples
    --------
    >>> say_count('T', 12), say_count('Z', 1), say_count('K', 5)
    ('12 times', '1 depth', '5 of K')
    """
    plural = _PLURALS.get(letter)
    if plural is None:
        return f'{number:,} of {letter}'
    return f'{number:,} {plural if number != 1 else plural[:-1]}'


def letters_of(names: Sequence[object]) -> str | None:
    """Return a letter for each name that others give axes; None if unnamed.

    Examples
    --------
    >>> letters_of(['t', 'z', 'y', 'x']), letters_of(['time', 'row', 'col'])
    ('TZYX', 'TYX')
    >>> letters_of(['-3', '-2', '-1']) is None
    True
    """
    letters = ''
    for name in map(str, names):
        word = name.strip().lower()
        one = _LETTERS.get(word, word.upper())
        if len(one) != 1 or not one.isalpha() or not one.isascii():
            return None
        letters += one
    is_clear = len(set(letters)) == len(letters) and {*'YX'} <= {*letters}
    return letters if is_clear else None

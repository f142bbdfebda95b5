"""Numbers as people type them."""

from __future__ import annotations

import re


def parse_number(text: str, label: str, example: str) -> float | None:
    """Read a number with a decimal point or a decimal comma.

    Parameters
    ----------
    text : str
        What was typed.
    label : str
        Name of the entry, for messages.
    example : str
        A number that would make sense, for messages.

    Returns
    -------
    float or None
        None if nothing was typed.

    Raises
    ------
    ValueError
        If it is no number, or may be one of two.

    Examples
    --------
    >>> parse_number('2,5', 'gain', '2.5')
    2.5
    """
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r'[+-]?[1-9]\d{0,2}(,\d{3})+', text):
        raise ValueError(
            f'"{label}": {text!r} may mean {text.replace(",", ".", 1)} or '
            f'{text.replace(",", "")}; write it without a comma.'
        )
    try:
        return float(text.replace(',', '.'))
    except ValueError:
        raise ValueError(
            f'"{label}": {text!r} is not a number; give one such as '
            f'{example}, or leave it empty.'
        ) from None

"""Arguments of the tasks; what they do not take gets a sentence that helps."""

from __future__ import annotations

import math

import numpy as np


def check_factor(factor: object) -> tuple[int, ...]:
    """Check a super-resolution factor and give it an axis each.

    Returns
    -------
    tuple of int
        Of rows and columns, or of depths, rows and columns.

    Raises
    ------
    TypeError
        If it is no integer, and not two or three of them.
    ValueError
        If it is not from 1 to 8, or enlarges nothing.
    """
    each = factor if isinstance(factor, (tuple, list)) else (factor, factor)
    if len(each) not in (2, 3) or not all(is_integer(f) for f in each):
        raise TypeError(
            f'factor: {factor!r} is neither an integer nor two or three of '
            'them; give for example 2, (2, 4), rows first, or (4, 1, 1) of '
            'a volume, depths first.'
        )
    factors = tuple(int(f) for f in each)
    if min(factors) < 1 or max(factors) > 8:
        raise ValueError(
            f'factor: {factor!r} is out of range; give 2, 3, 4 or 8, or one '
            'factor from 1 to 8 for each axis such as (2, 2).'
        )
    if max(factors) == 1:
        raise ValueError(
            'factor: 1 enlarges nothing; give 2, 3, 4 or 8, or use denoise.'
        )
    return factors


def is_integer(value: object, least: int | None = None) -> bool:
    """Whether a value is a whole number, a float perhaps, and no boolean."""
    if isinstance(value, bool):
        return False
    if isinstance(value, (float, np.floating)):
        whole = float(value).is_integer()
    else:
        whole = isinstance(value, (int, np.integer))
    return whole and (least is None or int(value) >= least)  # type: ignore[call-overload]


def _is_duration(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        return False
    return bool(0 < value < math.inf)


def check_choice(value: object, choices: tuple[str, ...], name: str) -> None:
    """Check that a value is one of a few.

    Raises
    ------
    ValueError
        If it is not.
    """
    # An array could not even be compared.
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f'{name}: {value!r} is unknown; choose one of '
            f'{", ".join(repr(choice) for choice in choices)}.'
        )


def check_limits(
    seed: object, max_num_iter: object, time_limit: object
) -> None:
    """Check the numbers that bound a fit.

    Raises
    ------
    ValueError
        If one is negative, zero where that means nothing, too great for
        the generators, or not a number.
    """
    # What PyTorch's generators take.
    if not is_integer(seed, least=0) or seed >= 2**64:  # type: ignore[operator]
        raise ValueError(
            f'seed: {seed!r} is not an integer from 0 to 2**64 - 1; give '
            '0, 1, 2 …'
        )
    if max_num_iter is not None and not is_integer(max_num_iter, least=1):
        raise ValueError(
            f'max_num_iter: {max_num_iter!r} is not a positive integer; give '
            'one, or None to stop automatically.'
        )
    if time_limit is not None and not _is_duration(time_limit):
        raise ValueError(
            f'time_limit: {time_limit!r} is not a positive number of '
            'seconds; give one, or None for no limit.'
        )


def check_uncertainty(uncertainty: bool, return_info: bool) -> None:
    """Check that an uncertainty that is asked for can be handed over.

    Raises
    ------
    ValueError
        If it would be lost.
    """
    if uncertainty and not return_info:
        raise ValueError(
            'uncertainty: the map is handed over in the record; give '
            'return_info=True too and read info.uncertainty.'
        )


def check_callback(callback: object) -> None:
    """Check that what is to be called after each iteration can be.

    Raises
    ------
    TypeError
        If it cannot.
    """
    if callback is not None and not callable(callback):
        raise TypeError(
            f'callback: {callback!r} cannot be called; give a function that '
            'takes the progress, or None.'
        )

"""What was taken, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Smaller parts are not worth a word.
_LEAST = 0.05


def describe_fills(
    names: Sequence[str],
    weights: NDArray[np.float64],
    share: float,
    best: int,
    squares: tuple[float, float],
    held_out: int,
    *,
    is_sure: bool,
) -> list[str]:
    """Say what was taken and how much better it was measured to be.

    Parameters
    ----------
    names : sequence of str
        Of the fills.
    weights : (fills,) ndarray
        Of each, in the mean over the missing pixels.
    share : float
        Of what the network adds.
    best : int
        The fill that is best alone.
    squares : tuple of float
        Squared errors of it and of what is taken, on the held-out pixels.
    held_out : int
        Their number.
    is_sure : bool
        Whether the two differ by more than the standard error over holes.
    """
    order = np.argsort(-weights)
    parts = [
        f'{weights[one]:.0%} {names[one]}'
        if weights[one] <= 1 - _LEAST
        else names[one]
        for one in order
        if weights[one] >= _LEAST
    ]
    text = f'Missing pixels were filled by {" and ".join(parts)}'
    if share >= _LEAST:
        text += f', and {share:.0%} of what the network adds to that'
    if not held_out:
        return [text + '; no pixels could be held out to measure it.']
    alone, taken = squares
    where = f'on {held_out:,} pixels held out in holes of the same shape'
    if share < _LEAST and parts == [names[best]]:
        return [f'{text}, the best {where}.']
    text += f'; {where} '
    gain = 10 * np.log10(alone / taken) if alone > 0 < taken else 0.0
    if not is_sure or not round(gain, 1):
        return [f'{text}that was as good as {names[best]} alone.']
    if gain < 0:
        return [f'{text}{names[best]} alone was {-gain:.1f} dB better.']
    return [f'{text}that was {gain:.1f} dB better than {names[best]} alone.']

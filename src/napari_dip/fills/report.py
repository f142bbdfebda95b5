"""What was taken, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

# Smaller parts are not worth a word.
_LEAST = 0.05


def describe_fills(
    names: Sequence[str],
    weights: NDArray[np.float64],
    share: float,
    squares: Mapping[str, float],
    held_out: int,
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
    squares : mapping of str to float
        Squared errors of the fills and of what was 'taken', of all held-out
        pixels.
    held_out : int
        Their number.
    """
    order = np.argsort(-weights)
    parts = [
        f'{weights[one]:.0%} {names[one]}'
        for one in order
        if weights[one] >= _LEAST
    ]
    text = f'Missing pixels were filled by {" and ".join(parts)}'
    if share >= _LEAST:
        text += f', and {share:.0%} of what the network adds to that'
    if not held_out:
        return [text + '; no pixels could be held out to measure it.']
    best = min(names, key=lambda name: squares[name])
    taken, other = squares['taken'], squares[best]
    if taken > 0 and other > 0:
        gain = 10 * np.log10(other / taken)
        than = 'better' if gain >= 0 else 'worse'
        text += f'; {abs(gain):.1f} dB {than} than {best} alone'
    return [
        f'{text} on {held_out} pixels held out in holes of the same shape.'
    ]

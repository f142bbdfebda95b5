"""Patterns that change from pixel to pixel, which a fit takes for noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Frequencies around that tell how much power chance makes.
_AROUND = 8
# Images in which chance makes a pattern.
_CHANCE = 1e-6
# Amplitude of a pattern by the standard deviation of the noise. One that is
# weaker is lost in what is left of the noise. Cameras that interpolate, and
# means of many frames, have 0.01 to 0.04.
_NOTABLE = 0.1

_NOTE = (
    'A pattern that changes from pixel to pixel was found; it cannot be told '
    'from noise and may be weaker in the result.'
)


def note_patterns(planes: NDArray[Any]) -> list[str]:
    """Say whether an image has a pattern from pixel to pixel.

    A pixel that is told from its neighbours takes such a pattern for noise.
    At the highest frequency along the rows, the columns or both it has more
    power than those near it, which noise and structure fill alike, and more
    than noise that is not much stronger.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        The image; not finite where it is missing.

    Examples
    --------
    >>> image = np.random.default_rng(0).normal(100, 9, (1, 64, 64))
    >>> note_patterns(image)
    []
    >>> image += 9 * (np.indices((64, 64)).sum(0) % 2)
    >>> len(note_patterns(image))
    1
    """
    each = planes.reshape(-1, *planes.shape[-2:])
    if not any(map(_has_pattern, each)):
        return []
    return [_NOTE]


def _has_pattern(plane: NDArray[Any]) -> bool:
    known = np.isfinite(plane)
    if not known.any():
        return False
    filled = np.where(known, plane, np.mean(plane, where=known)).astype(float)
    # An even number of pixels holds the highest frequency.
    rows, columns = (size - size % 2 for size in plane.shape)
    power = np.abs(np.fft.fft2(filled[:rows, :columns])) ** 2
    # Of a normal variable and three frequencies.
    limit = 2 * math.log(3 / _CHANCE)
    # The median tells the variance of noise, in spectra of so many pixels.
    least = power.size * _NOTABLE**2 * np.median(power) / math.log(2)
    return any(
        power[row, column]
        > max(limit * _power_near(power, row, column), least)
        for row, column in (
            (rows // 2, columns // 2),
            (rows // 2, 0),
            (0, columns // 2),
        )
    )


def _power_near(power: NDArray[np.float64], row: int, column: int) -> float:
    """Mean power around a frequency, from the median.

    An image whose opposite borders differ has more along a line.
    """
    reach = np.arange(-_AROUND, _AROUND + 1)
    near = power[
        np.ix_(
            (row + reach) % power.shape[0], (column + reach) % power.shape[1]
        )
    ]
    parts = near, near[_AROUND], near[:, _AROUND]
    # It is distributed exponentially.
    return max(float(np.median(part)) for part in parts) / math.log(2)

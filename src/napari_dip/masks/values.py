"""Values that stand for no measurement."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.flat_areas import find_flat_areas
from napari_dip.masks.false_alarms import least_evidence

Mask = NDArray[np.bool_]


def find_borders(plane: NDArray[Any]) -> Mask:
    """Find borders of one value, as stitching leaves them.

    Parameters
    ----------
    plane : (M, N) ndarray
        One channel, in any real dtype.

    Returns
    -------
    (M, N) ndarray of bool
        True in areas of one value that hold a corner of the image.
    """
    borders: Mask = find_flat_areas(plane[np.newaxis]).borders[0]
    return borders


def find_gaps(plane: NDArray[Any]) -> Mask:
    """Find gaps of the detector, which a marker fills.

    Parameters
    ----------
    plane : (M, N) ndarray
        One channel, in any real dtype.

    Returns
    -------
    (M, N) ndarray of bool
        True where the value is a marker: one that lies further from all
        intensities than these do from each other, or below zero where
        nothing else does, and that is found more than once; -1, 65535,
        -9999 and 1e30 are such values.

    Examples
    --------
    >>> counts = np.random.default_rng(0).poisson(9.0, (64, 64))
    >>> counts[30:33] = -1
    >>> counts[5, 6:8] = 65535
    >>> int(find_gaps(counts).sum())
    194
    """
    flat = find_flat_areas(plane[np.newaxis])
    found = flat.gaps[0].copy()
    # Single pixels of the detector may have the value of its gaps.
    for value in np.unique(plane[found]):
        found |= plane == value
    found |= _at_far_values(plane, np.isfinite(plane) & ~found)
    found |= _below_zero(plane, np.isfinite(plane) & ~found)
    gaps: Mask = found & ~flat.borders[0]
    return gaps


def _at_far_values(plane: NDArray[Any], known: Mask) -> Mask:
    """Find the outermost values, while they are far from all others.

    A histogram falls towards its ends. Between a value that several pixels
    have and the others there would be as many for each step of the data.
    """
    found = np.zeros(plane.shape, bool)
    values, counts = np.unique(plane[known], return_counts=True)
    order = values.astype(float)
    step = np.diff(order).min(initial=np.inf)
    low, high = 0, len(order) - 1
    while high - low > 1:
        below, above = (
            order[low + 1] - order[low],
            order[high] - order[high - 1],
        )
        if below > order[high] - order[low + 1]:
            chosen, gap, low = low, below, low + 1
        elif above > order[high - 1] - order[low]:
            chosen, gap, high = high, above, high - 1
        else:
            break
        # One pixel alone is hot.
        expected = counts[chosen] * (gap / step - 1)
        if counts[chosen] > 1 and expected > least_evidence(1):
            found |= plane == values[chosen]
    return found


def _below_zero(plane: NDArray[Any], known: Mask) -> Mask:
    """Find negative values that lie in lines, where nothing counts below 0.

    Noise around zero is below it in half of the pixels at most.
    """
    found = np.zeros(plane.shape, bool)
    negative = known & (plane < 0)
    if not negative.any():
        return found
    longest = least_evidence(2 * plane.size) / math.log(2)
    for value in np.unique(plane[negative]):
        same = plane == value
        if any(length_of_run(marks) >= longest for marks in (same, same.T)):
            found |= same
    return found


def length_of_run(marks: Mask) -> int:
    """Return the length of the longest run along a row.

    Examples
    --------
    >>> length_of_run(np.array([[True, True, False], [False, True, False]]))
    2
    """
    columns = np.arange(marks.shape[1])
    last_gap = np.maximum.accumulate(np.where(marks, -1, columns), axis=1)
    return int((columns - last_gap).max(initial=0))

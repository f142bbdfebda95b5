"""Rows that the jitter of a scanner has shifted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_dip.masks.false_alarms import least_deviations
from napari_dip.masks.lines import THICKEST

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Largest shift that is looked for, as a part of the width and in pixels.
_PART, _FURTHEST = 8, 24


def find_shifted_rows(plane: NDArray[np.floating]) -> Mask:
    """Find rows that lie shifted between their neighbours.

    Parameters
    ----------
    plane : (M, N) ndarray of float
        One channel; not finite where it is missing.

    Returns
    -------
    (M, N) ndarray of bool
        True along up to four rows beside each other that match the row
        before them better where they are shifted by a pixel or more, if the
        row after them matches that row again where it is.

    Notes
    -----
    Two rows of noise alone are as near to each other shifted as not. What
    makes a row nearer to its neighbour where that is shifted is told if such
    noise makes so much of a difference unlikely, at both ends of the rows
    that are found. A structure that runs aslant does not come back.

    Examples
    --------
    >>> rows, columns = np.mgrid[:64, :64]
    >>> plane = 50 * np.sin(columns / 4 + rows / 20)
    >>> plane += np.random.default_rng(0).normal(size=plane.shape)
    >>> plane[30] = np.roll(plane[30], 3)
    >>> np.flatnonzero(find_shifted_rows(plane).all(axis=1)).tolist()
    [30]
    """
    found = np.zeros(plane.shape, bool)
    known = np.isfinite(plane)
    reach = min(plane.shape[1] // _PART, _FURTHEST)
    if reach < 1 or not known.any():
        return found
    rows = np.where(known, plane, np.mean(plane, where=known)).astype(float)
    # Lines of uneven brightness are not shifted.
    rows -= rows.mean(axis=1, keepdims=True)
    part = _independent_part(rows)
    least = least_deviations((len(rows) - 1) * 2 * reach)

    def is_shifted(first: Array, second: Array) -> Mask:
        by = _nearer_where_shifted(first, second, reach, part)
        shifted: Mask = by > least
        return shifted

    jumps = np.append(False, is_shifted(rows[:-1], rows[1:]))
    row = 0
    for jump in np.flatnonzero(jumps).tolist():
        if jump < row:
            continue
        ends = np.arange(jump + 1, min(jump + 1 + THICKEST, len(rows)))
        before = np.broadcast_to(rows[jump - 1], (len(ends), rows.shape[1]))
        back = ends[jumps[ends] & ~is_shifted(before, rows[ends])]
        if back.size:
            row = int(back[0])
            found[jump:row] = True
    marked: Mask = found & known
    return marked


def _nearer_where_shifted(
    first: Array, second: Array, reach: int, part: float
) -> Array:
    """Tell by how many standard deviations rows are nearer where shifted.

    Of a regression of their difference on what a shift changes, noise alone
    has a slope of a half, a shift one of 1, and structure that lies still
    less.
    """
    width = first.shape[1] - 2 * reach
    still = slice(reach, reach + width)
    apart = first[:, still] - second[:, still]
    power = np.square(apart).sum(axis=1)
    furthest = np.full(len(first), -np.inf)
    for shift in range(2 * reach + 1):
        change = second[:, shift : shift + width] - second[:, still]
        changed = np.square(change).sum(axis=1)
        usable = changed > 0
        slope = np.zeros(len(first))
        np.divide(
            np.einsum('ij,ij->i', apart, change), changed, slope, where=usable
        )
        left = np.maximum(power - slope**2 * changed, 0) / width
        error = np.sqrt(left / np.where(usable, changed, 1))
        beyond = slope - 0.5
        certain = np.where(beyond > 0, np.inf, -np.inf)
        told = np.divide(beyond, error, out=certain, where=error > 0)
        furthest = np.where(usable, np.maximum(furthest, told), furthest)
    found: Array = furthest * np.sqrt(part)
    return found


def _independent_part(rows: Array) -> float:
    """Return how many independent values there are for each of a row."""
    errors = np.diff(rows, axis=0)
    power = np.square(errors).mean()
    if not power:
        return 1.0
    correlation = np.mean(errors[:, 1:] * errors[:, :-1]) / power
    # Squares of normal values have the square of their correlation.
    shared = float(correlation) ** 2
    return (1 - shared) / (1 + shared)

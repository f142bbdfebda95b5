"""Held-out holes: copies of a mask, laid over what is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, label

from napari_dip.fills.base import Mask

# A copy holds out no more than this part of what is known, so that what is
# left around its holes is like what is around the others.
PART = 0.1
# Pixels between a copy and the holes themselves, where there is room.
_GAPS = (2, 1, 0)
# Places that are tried, of which the one that holds out most is taken.
_TRIES = 8
# A mask as long as this part of the image is rolled along it, a shorter one
# is moved.
_LONG = 0.75


def lay_copy(
    missing: Mask, generator: np.random.Generator, part: float = PART
) -> Mask:
    """Hold out known pixels in holes of the shape and size of the others.

    Parameters
    ----------
    missing : ndarray of bool
        ``(channels, *shape)``.
    generator : numpy.random.Generator
        Of the place, and which of the holes are kept where they are many.
    part : float
        Greatest part of the known pixels that is held out, but that one hole
        always is.

    Returns
    -------
    ndarray of bool
        Same shape, True where a known pixel is held out. A hole is cut where
        it would meet another.
    """
    wide = _apart(missing)
    free, most = ~wide, part * np.count_nonzero(~missing)
    laid = [_moved(missing, generator) & free for _ in range(_TRIES)]
    copy = max(laid, key=np.count_nonzero)
    if not copy.any():
        copy = free & (generator.random(missing.shape[1:]) < part)
    if wide is missing:
        # A copy that meets the holes on all sides makes them deeper than they
        # are, but for single pixels of it.
        # All channels of a pixel are, or those that others tell would look
        # better filled than they are.
        kept = generator.random(copy.shape[1:]) < most / max(copy.sum(), 1)
        return copy & kept if (copy & kept).any() else copy
    return _thinned(copy, most, generator)


def _apart(missing: Mask) -> Mask:
    """Widen the holes by what leaves half of the known pixels."""
    known = np.count_nonzero(~missing)
    block = np.ones((1, *(3,) * (missing.ndim - 1)))
    for gap in _GAPS[:-1]:
        wide: Mask = binary_dilation(missing, block, iterations=gap)
        if 2 * np.count_nonzero(~wide) >= known:
            return wide
    return missing


def _moved(missing: Mask, generator: np.random.Generator) -> Mask:
    plane = missing.any(axis=0)
    for axis in range(1, missing.ndim):
        others = tuple(a for a in range(plane.ndim) if a != axis - 1)
        along: Mask = np.any(plane, axis=others)
        found = np.flatnonzero(along)
        length = plane.shape[axis - 1]
        first, last = (found[0], found[-1]) if len(found) else (0, 0)
        if generator.random() < 0.5:
            missing = np.flip(missing, axis)
            first, last = length - 1 - last, length - 1 - first
        if last - first >= _LONG * length:
            shift = int(generator.integers(length))
        else:
            shift = int(generator.integers(-first, length - last))
        missing = np.roll(missing, shift, axis)
    return missing


def _thinned(copy: Mask, most: float, generator: np.random.Generator) -> Mask:
    """Keep as many holes, chosen by chance, as hold out so many pixels."""
    if np.count_nonzero(copy) <= most:
        return copy
    labels, number = label(copy.any(axis=0))
    sizes: NDArray[np.intp] = np.bincount(
        labels.ravel(), weights=copy.sum(axis=0).ravel(), minlength=number + 1
    )
    order = generator.permutation(number) + 1
    kept = order[: max(1, int(np.searchsorted(sizes[order].cumsum(), most)))]
    return copy & np.isin(labels, kept)

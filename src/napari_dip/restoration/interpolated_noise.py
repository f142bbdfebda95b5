"""Noise that an interpolation has spread over each pixel's neighbours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import minimum_filter

from napari_dip.restoration.noise import block_mean

Array = NDArray[np.float64]

_BLOCK = 12
_FEWEST_BLOCKS = 64
# Noise grows with the signal, so that only blocks of like brightness compare.
_BLOCKS_OF_A_CLASS = 40
_MOST_CLASSES = 8
_DISTANCES = (1, 2, 4, 6)
# A square of such a side without any difference lies in an empty margin.
_FLAT = 5

# Power of second differences of neighbours and of pixels two and six apart,
# by that of pixels four apart. Images shifted by 0.3 to 0.7 of a pixel, or
# turned, have 0.08 to 0.43, 0.78 and more, 1.28 at most; independent noise
# has 0.84 and more in the first, and structure, or noise that reaches further,
# less in the second or more in the third.
_SHARED = 0.45
_NEXT = 0.78
_FAR = 1.3
# Lower quartile by 5 % quantile, two apart: noise is as strong in most blocks
# of a class (1.2 to 1.4), structure in few. Photographs in little noise, which
# are alike in all else, have 1.41 and more.
_EVEN = 1.4


class _Grain(NamedTuple):
    """Powers by that of pixels four apart, and evenness of those two apart."""

    neighbours: float
    two_apart: float
    six_apart: float
    evenness: float


def was_interpolated(plane: ArrayLike) -> bool:
    """Whether pixels share their noise with their neighbours all around.

    So they do where an image whose pixels had noise of their own was shifted
    by a part of a pixel, turned, sheared or warped: registered, corrected for
    drift, deskewed. Each pixel then is a mean of those around its place.

    Parameters
    ----------
    plane : (M, N) array_like
        One image plane; pixels that are not finite are missing.

    Returns
    -------
    bool
        False as well where noise reaches further, as in images that were
        smoothed or enlarged, or is shared along one axis alone.

    Notes
    -----
    Compares, in the quieter blocks of like brightness, second differences
    along both axes of pixels that are one, two, four and six apart. Shared
    noise makes the first small and none of the others; structure makes all
    larger the further they are apart, and in some blocks more than in others.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> down = white + np.roll(white, 1, axis=0)
    >>> was_interpolated(down + np.roll(down, 1, axis=1))
    True
    >>> was_interpolated(white)
    False
    """
    grain = _grain(np.asarray(plane, float))
    return grain is not None and bool(
        grain.neighbours < _SHARED
        and grain.two_apart > _NEXT
        and grain.six_apart < _FAR
        and grain.evenness < _EVEN
    )


def _grain(plane: Array) -> _Grain | None:
    """Measure the grain; None where too few blocks vary."""
    margin = max(_DISTANCES)
    inner = plane[margin:-margin, margin:-margin]
    brightness = block_mean(inner, _BLOCK)
    powers = np.stack([_powers(plane, d) for d in _DISTANCES])
    usable = np.isfinite(powers).all(0) & ~_at_margin(plane)
    if usable.sum() < _FEWEST_BLOCKS:
        return None
    brightness, powers = brightness[usable], powers[:, usable]
    classes = np.array_split(
        np.argsort(brightness),
        np.clip(len(brightness) // _BLOCKS_OF_A_CLASS, 1, _MOST_CLASSES),
    )
    quiet = np.stack([np.quantile(powers[:, c], 0.25, 1) for c in classes])
    near, two, _, six = np.median(quiet / quiet[:, [2]], 0)
    two_apart = [
        powers[1, c] / own[1] for c, own in zip(classes, quiet, strict=True)
    ]
    evenness = 1 / np.quantile(np.concatenate(two_apart), 0.05)
    return _Grain(near, two, six, evenness)


def _powers(plane: Array, distance: int) -> Array:
    """Power of the second differences of each block."""
    return block_mean(_second_difference(plane, distance) ** 2, _BLOCK)


def _at_margin(plane: Array) -> NDArray[np.bool_]:
    """Whether a part of the block is flat."""
    same = _second_difference(plane, _DISTANCES[0]) == 0
    flat = minimum_filter(same, _FLAT)
    return block_mean(flat, _BLOCK) > 0


def _second_difference(plane: Array, distance: int) -> Array:
    """Second difference along both axes, where the largest one has a value."""
    rest = max(_DISTANCES) - distance
    for _ in range(2):
        middle = plane[max(_DISTANCES) : -max(_DISTANCES)]
        before = plane[rest : rest + len(middle)]
        after = plane[len(plane) - rest - len(middle) : len(plane) - rest]
        plane = (before - 2 * middle + after).T
    return plane

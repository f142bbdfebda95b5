"""Hot, dead and saturated pixels of a detector."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    label,
    maximum_filter,
    median_filter,
    minimum_filter,
)

from napari_dip.noise.variance import (
    LEAST_PILE,
    VarianceModel,
    estimate_variance,
)

#: Standard deviations beyond all eight neighbours: more than noise does, and
#: more than a lens can do to one pixel alone.
BEYOND = 6.0
# Part of what stands out that a lens gives to the next pixels, if its image of
# a point is no smaller than a pixel.
_LIT = 0.1
# Pixels of a group that a particle may have hit.
_LARGEST_HIT = 4


def find_defects(
    plane: NDArray[Any], noise: VarianceModel | None = None
) -> NDArray[np.bool_]:
    """Find pixels that stand out of their neighbours.

    They stand alone, or in groups of at most four if saturated, as where a
    particle has hit the detector.

    Parameters
    ----------
    plane : (M, N) or (L, M, N) ndarray
        One channel, in any real dtype and unit.
    noise : VarianceModel, optional
        That of the plane; measured unless given.

    Returns
    -------
    ndarray of bool
        Same shape. True at hot and dead pixels; nowhere if there is no noise
        to measure them by. Pixels that light the next ones too are structure.
        Saturated pixels in bright surroundings are none: see the notes.

    Notes
    -----
    A saturated pixel of a bright structure tells that it is bright, which is
    more than nothing; to leave it out would leave out the brighter half of
    the noise, and cost 0.4 to 0.6 dB (``docs/noise.md``).

    Examples
    --------
    >>> plane = np.random.default_rng(0).normal(100, 3, (64, 64))
    >>> plane[20, 30] = 4000
    >>> np.argwhere(find_defects(plane)).tolist()
    [[20, 30]]
    """
    values = np.where(np.isfinite(plane), plane, np.nan).astype(float)
    filled = np.nan_to_num(values, nan=float(np.nanmedian(values)))
    model = estimate_variance(values) if noise is None else noise
    # Of a volume those in the plane: a hot pixel is one in all of them.
    around = np.ones((1,) * (values.ndim - 2) + (3, 3), bool)
    around[..., 1, 1] = False
    hits = _may_be_hits(plane)
    others = np.where(hits, filled.min(), filled)
    high = maximum_filter(others, footprint=around, mode='mirror')
    low = minimum_filter(filled, footprint=around, mode='mirror')
    # Where no photon came, one may have been expected.
    level = (high + low) / 2 + model.gain
    beyond_noise = BEYOND * np.sqrt(model.variance(level))
    # Among neighbours that differ it may be the tip of a structure.
    margin = np.maximum(beyond_noise, high - low)
    beyond = (filled > high + margin) | (filled < low - margin)
    defects: NDArray[np.bool_] = (
        beyond & (beyond_noise > 0) & np.isfinite(values)
    )
    # What a particle has hit lies side by side.
    defects &= hits | ~_lights_neighbours(filled)
    return defects


def _lights_neighbours(plane: NDArray[Any]) -> NDArray[np.bool_]:
    """Find pixels that shine on the next ones, as whatever a lens shows does.

    Those are set against the ones two pixels away. A defect has nothing to
    do with its neighbours.
    """
    next_to, further = (
        median_filter(plane, footprint=_cross(n, plane.ndim), mode='mirror')
        for n in (1, 2)
    )
    out = plane - next_to
    lit: NDArray[np.bool_] = np.sign(out) * (next_to - further) > _LIT * abs(
        out
    )
    return lit


def _cross(distance: int, ndim: int) -> NDArray[np.bool_]:
    """Pixels of the plane so far away along an axis of it."""
    side = 2 * distance + 1
    cross = np.zeros((side, side), bool)
    cross[distance, :: side - 1] = cross[:: side - 1, distance] = True
    return cross.reshape((1,) * (ndim - 2) + cross.shape)


def find_saturated(plane: NDArray[Any]) -> NDArray[np.bool_]:
    """Find the pixels that the detector or the file has clipped from above.

    Parameters
    ----------
    plane : (M, N) ndarray
        One channel, in any real dtype and unit.

    Returns
    -------
    (M, N) ndarray of bool
        True at the greatest value of the dtype, if that is an integer one of
        up to 16 bits, or of the image, if it is found in 20 pixels or more
        and more often than the next smaller value, which no noise that was
        not clipped makes likely.

    Examples
    --------
    >>> plane = np.random.default_rng(0).normal(100, 10, (64, 64)).round()
    >>> bool(find_saturated(plane).any())
    False
    >>> bool(find_saturated(plane.clip(max=110)).any())
    True
    """
    finite = plane[np.isfinite(plane)]
    greatest = finite.max()
    saturated: NDArray[np.bool_] = plane == greatest
    below = finite[finite < greatest]
    if below.size > 0 and not below.any():
        # Zero and one other value are events and their absence, not a limit.
        return np.zeros_like(saturated)
    short = plane.dtype.kind in 'iu' and plane.dtype.itemsize <= 2
    if short and greatest == np.iinfo(plane.dtype).max:
        return saturated
    count = np.count_nonzero(saturated)
    is_plateau = count >= LEAST_PILE and below.size > 0
    if is_plateau and count > np.count_nonzero(below == below.max()):
        return saturated
    return np.zeros_like(saturated)


def _may_be_hits(plane: NDArray[Any]) -> NDArray[np.bool_]:
    """Find small saturated groups: a particle has hit the detector there."""
    saturated = find_saturated(plane)
    structure = np.zeros((3,) * saturated.ndim)
    structure[(1,) * (saturated.ndim - 2)] = 1
    groups, _ = label(saturated, structure)
    few = np.bincount(groups.ravel()) <= _LARGEST_HIT
    hits: NDArray[np.bool_] = saturated & few[groups]
    return hits

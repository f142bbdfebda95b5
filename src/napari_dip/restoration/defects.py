"""Hot and dead pixels of a detector."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from napari_dip.restoration.noise import estimate_noise

# Standard deviations beyond all eight neighbours: more than noise does, and
# more than a lens can do to one pixel alone.
_BEYOND = 6.0
# More than this part of the pixels is texture, not defects.
_MOST = 0.005

_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)


def find_defects(plane: NDArray[Any]) -> NDArray[np.bool_]:
    """Find single pixels that stand out of their neighbours.

    Parameters
    ----------
    plane : (M, N) ndarray
        One channel, in any real dtype and unit.

    Returns
    -------
    (M, N) ndarray of bool
        True at hot and dead pixels; nowhere if there are too many to be
        defects, or no noise to measure them by.

    Examples
    --------
    >>> plane = np.random.default_rng(0).normal(100, 3, (64, 64))
    >>> plane[20, 30] = 4000
    >>> np.argwhere(find_defects(plane)).tolist()
    [[20, 30]]
    """
    values = np.where(np.isfinite(plane), plane, np.nan).astype(float)
    filled = np.nan_to_num(values, nan=float(np.nanmedian(values)))
    high = maximum_filter(filled, footprint=_NEIGHBOURS, mode='mirror')
    low = minimum_filter(filled, footprint=_NEIGHBOURS, mode='mirror')
    variance = estimate_noise(values).variance((high + low) / 2)
    noise = _BEYOND * np.sqrt(variance)
    # Among neighbours that differ it may be the tip of a structure.
    margin = np.maximum(noise, high - low)
    beyond = (filled > high + margin) | (filled < low - margin)
    defects: NDArray[np.bool_] = beyond & (noise > 0) & np.isfinite(values)
    if defects.mean() > _MOST:
        return np.zeros_like(defects)
    return defects

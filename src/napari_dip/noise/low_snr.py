"""Images whose structure is far below the noise of a pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from napari_dip.grid.binning import bin_planes, largest_squares
from napari_dip.noise.variance import VarianceModel

# Variance of the structure by that of the noise. Where it is less a fit finds
# more in squares, and where it is a little more it does in pixels.
_LEAST_RATIO = 0.1

# A spot stands out in most of so many pixels,
_SPOT = 3
# by so many deviations of the noise, which its median has 0.4 times.
_BRIGHT = 3.0
# In noise alone, one in more than ten thousand million does.
_FEWEST = 3
# No noise is that far from the middle; a hot pixel is.
_FURTHEST = 6.0


def faint_squares(plane: NDArray[Any], noise: VarianceModel) -> int:
    """Side of the squares in which structure shows beside the noise.

    The noise of a square is less the more pixels it has, and a structure of
    many pixels is still there. One of a few would be lost: bright spots keep
    their pixels.

    Parameters
    ----------
    plane : (M, N) ndarray
        Any real dtype, in any linear unit; NaN where it is missing.
    noise : VarianceModel
        Its noise, which has to be independent from pixel to pixel.

    Returns
    -------
    int
        Pixels along a side: 1 where the structure shows in pixels.

    Examples
    --------
    >>> import numpy as np
    >>> grain = np.random.default_rng(0).normal(size=(128, 128))
    >>> wave = np.sin(np.arange(128) / 20)
    >>> noise = VarianceModel(gain=0.0, read_variance=1.0)
    >>> faint_squares(wave + grain, noise)
    1
    >>> faint_squares(0.3 * wave + grain, noise)
    2
    """
    known = np.isfinite(plane)
    if not known.any():
        return 1
    values = np.where(known, plane, np.mean(plane[known]))
    variance = float(np.mean(noise.variance(values[known])))
    if variance <= 0:
        return 1
    middle, reach = np.median(values), _FURTHEST * variance**0.5
    values = np.clip(values, middle - reach, middle + reach)
    if _shows(values, known, variance, 1) or _has_spots(values, variance):
        return 1
    side, largest = 2, largest_squares(plane.shape)
    while side < largest and not _shows(values, known, variance, side):
        side += 1
    return min(side, largest)


def _shows(
    values: NDArray[Any], known: NDArray[np.bool_], variance: float, side: int
) -> bool:
    [squares], [seen] = bin_planes(values[None], known[None], side)
    noise = variance / side**2
    return bool(np.var(squares[seen]) - noise >= _LEAST_RATIO * noise)


def _has_spots(values: NDArray[Any], variance: float) -> bool:
    middle = median_filter(values, _SPOT)
    bright = middle - np.median(values) > _BRIGHT * variance**0.5
    return int(bright.sum()) >= _FEWEST

"""Noise that reaches further than a pixel's neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_dip.restoration.binning import bin_planes
from napari_dip.restoration.grain import Grain, measure_grain

# Images smoothed by 0.7 to 1 pixels, by means or medians of 3 x 3, or enlarged
# by 1.5 and 2 have 0.30, 0.91, 1.29 and 1.52 at most and spreads of 1.89, 1.70
# and 1.83; micrographs and photographs in little noise exceed one of these.
_SHARED = 0.3
_NEXT = 0.95
_FAR = 1.35
_EVEN = 1.6
_SPREADS = (2.3, 1.8, 2.0)
# Noise of images enlarged by 3 or 4 does so where squares of two pixels are
# averaged; those of four may hold structure that is as even.
_COARSER = 2
# Sides of the squares in which either is fitted best.
_SMOOTH, _SMOOTHER = 2, 3


def smooth_noise_squares(
    plane: NDArray[np.float64], grain: Grain | None
) -> int:
    """Find the squares of pixels that share their noise with little else.

    Parameters
    ----------
    plane : (M, N) ndarray
        One image plane; pixels that are not finite are missing.
    grain : Grain or None
        That of the plane.

    Returns
    -------
    int
        Pixels along a side: 2 or 3 for noise that was smoothed or enlarged,
        1 for any other, and for structure that is as smooth.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.ndimage import gaussian_filter
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> smooth = gaussian_filter(white, 0.8)
    >>> smooth_noise_squares(smooth, measure_grain(smooth))
    2
    >>> smooth_noise_squares(white, measure_grain(white))
    1
    """
    if _is_smooth(grain):
        return _SMOOTH
    if grain is None or grain.neighbours >= _SHARED:
        return 1
    known = np.isfinite(plane)[None]
    coarse, measured = bin_planes(plane[None], known, _COARSER)
    coarse[~measured] = np.nan
    return _SMOOTHER if _is_smooth(measure_grain(coarse[0])) else 1


def _is_smooth(grain: Grain | None) -> bool:
    """Whether most blocks hold noise, which no two neighbours have apart."""
    return grain is not None and bool(
        grain.neighbours < _SHARED
        and grain.two_apart < _NEXT
        and grain.six_apart < _FAR
        and grain.evenness < _EVEN
        and all(
            found < most
            for found, most in zip(grain.spreads, _SPREADS, strict=True)
        )
    )

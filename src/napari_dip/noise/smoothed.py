"""Noise that reaches further than a pixel's neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.binning import bin_planes
from napari_dip.noise.second_differences import Grain, measure_grain

# Images smoothed by 0.7 to 1 pixels, by means or medians of 3 x 3, or enlarged
# by 1.5 and 2 have 0.30, 0.91 and 1.54 at most and spreads of 2.14, 1.82
# and 1.83; micrographs and photographs in little noise exceed one of these.
_SHARED = 0.3
_NEXT = 0.95
_EVEN = 1.6
_SPREADS = (2.3, 1.9, 2.0)
# Noise of images enlarged by 3 or 4 does so where squares of two pixels are
# averaged; those of four may hold structure that is as even.
_COARSER = 2
# Sides of the squares in which either is fitted best.
_SMOOTH, _SMOOTHER = 2, 3
# Enlarged by 2 or more, neighbours have less of their own, 0.013 at most, than
# smoothed by 0.7 pixels, by a median or enlarged by 1.5, 0.06 and more; and
# blocks spread more, 1.67 and more, than smoothed by a pixel, 1.47 at most.
_OWN = 0.055
_ENLARGED = 1.57


def was_smoothed(grain: Grain | None) -> bool:
    """Whether most blocks hold noise, and neighbours share nearly all of it.

    Parameters
    ----------
    grain : Grain or None
        That of the plane.

    Returns
    -------
    bool
        False for structure that is as smooth.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.ndimage import median_filter
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> was_smoothed(measure_grain(median_filter(white, 3)))
    True
    >>> was_smoothed(measure_grain(white))
    False
    """
    return grain is not None and bool(
        grain.neighbours < _SHARED
        and grain.two_apart < _NEXT
        and grain.of_noise
        and grain.evenness < _EVEN
        and all(
            found < most
            for found, most in zip(grain.spreads, _SPREADS, strict=True)
        )
    )


def was_enlarged(grain: Grain | None) -> bool:
    """Whether smooth noise comes with no details that squares would lose.

    Parameters
    ----------
    grain : Grain or None
        That of a plane that :func:`was_smoothed`.

    Returns
    -------
    bool
        True for images that were enlarged by 2 or more.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.ndimage import gaussian_filter, zoom
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> was_enlarged(measure_grain(zoom(white, 2, order=1)))
    True
    >>> was_enlarged(measure_grain(gaussian_filter(white, 1)))
    False
    """
    return grain is not None and bool(
        grain.neighbours < _OWN and grain.spreads[0] > _ENLARGED
    )


def smooth_noise_squares(
    plane: NDArray[np.float64], grain: Grain | None
) -> int:
    """Find the squares of pixels that share their noise with little else.

    Parameters
    ----------
    plane : (M, N) ndarray
        One image plane.
    grain : Grain or None
        That of the plane.

    Returns
    -------
    int
        Pixels along a side: 2 for noise that was smoothed or enlarged by 2,
        3 for images enlarged by more, 1 for all others.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.ndimage import gaussian_filter
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> smooth = gaussian_filter(white, 1)
    >>> smooth_noise_squares(smooth, measure_grain(smooth))
    2
    >>> smooth_noise_squares(white, measure_grain(white))
    1
    """
    if was_smoothed(grain):
        return _SMOOTH
    if grain is None or grain.neighbours >= _OWN:
        return 1
    known = np.isfinite(plane)[None]
    coarse, measured = bin_planes(plane[None], known, _COARSER)
    coarse[~measured] = np.nan
    return _SMOOTHER if was_smoothed(measure_grain(coarse[0])) else 1

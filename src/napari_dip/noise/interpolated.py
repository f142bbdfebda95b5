"""Noise that an interpolation has spread over each pixel's neighbours."""

from __future__ import annotations

from napari_dip.noise.second_differences import Grain

# Images shifted by 0.3 to 0.7 of a pixel, or turned, have 0.08 to 0.43, 0.78
# and more, 1.28 at most; independent noise has 0.84 and more in the first, and
# structure, or noise that reaches further, less in the second or more in the
# third.
_SHARED = 0.45
_NEXT = 0.78
_FAR = 1.3
# Photographs in little noise, which are alike in all else, have 1.41 and more.
_EVEN = 1.4


def was_interpolated(grain: Grain | None) -> bool:
    """Whether pixels share their noise with their neighbours all around.

    So they do where an image whose pixels had noise of their own was shifted
    by a part of a pixel, turned, sheared or warped: registered, corrected for
    drift, deskewed. Each pixel then is a mean of those around its place.

    Parameters
    ----------
    grain : Grain or None
        That of the plane.

    Returns
    -------
    bool
        False as well where noise reaches further, as in images that were
        smoothed or enlarged, or is shared along one axis alone.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip.noise.second_differences import measure_grain
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> down = white + np.roll(white, 1, axis=0)
    >>> was_interpolated(measure_grain(down + np.roll(down, 1, axis=1)))
    True
    >>> was_interpolated(measure_grain(white))
    False
    """
    return grain is not None and bool(
        grain.neighbours < _SHARED
        and grain.two_apart > _NEXT
        and grain.six_apart < _FAR
        and grain.evenness < _EVEN
    )

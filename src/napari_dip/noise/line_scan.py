"""Noise shared along the lines of a scan, by a detector that is slow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.noise.blocks import block_mean

Array = NDArray[np.float64]

_BLOCK = 16
_FEWEST_BLOCKS = 32
# Of the quieter half of the blocks. Without shared noise 0.3 to 0.7 of them
# have the smaller differences along the rows.
_MOST_BLOCKS = 0.85
# A correlation of 0.2, below which nothing is gained.
_NOTABLE = 0.2
# Of a detector that forgets exponentially, up to a correlation of 0.67.
# Structure and lines of uneven brightness make it nearly 1.
_FADING = 0.67


def scanned_along(plane: ArrayLike) -> int | None:
    """Find the axis along which neighbouring pixels share their noise.

    Where the detector of a scanning microscope is slower than the scan, a
    pixel holds a part of what the one before it has received; the next line
    knows nothing of it.

    Parameters
    ----------
    plane : (M, N) array_like
        One image plane; pixels that are not finite are missing.

    Returns
    -------
    int or None
        0 if noise is shared down the columns, 1 if along the rows, None if
        along neither or both.

    Notes
    -----
    Compares mean squared differences of neighbours along both axes, in the
    quieter half of the blocks. Shared noise makes them smaller along its
    axis, in nearly all blocks, and less so two pixels apart; structure of
    the image does so in some blocks, or at all distances.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> scanned_along(white + 0.5 * np.roll(white, 1, axis=1))
    1
    >>> scanned_along(white) is None
    True
    """
    values = np.asarray(plane, float)
    near, far = (_differences(values, distance) for distance in (1, 2))
    usable = np.isfinite(near + far).all(0) & (near > 0).all(0)
    if usable.sum() < _FEWEST_BLOCKS:
        return None
    near, far = near[:, usable], far[:, usable]
    total = near.sum(0)
    quiet = total <= np.median(total)
    near, far = near[:, quiet], far[:, quiet]
    return next((a for a in (0, 1) if _shares_noise(near, far, a)), None)


def _shares_noise(near: Array, far: Array, axis: int) -> bool:
    """Whether pixels share their noise along one axis alone."""
    other = 1 - axis
    shared, still_shared = (
        1 - np.median(differences[axis]) / np.median(differences[other])
        for differences in (near, far)
    )
    return bool(
        np.mean(near[axis] < near[other]) >= _MOST_BLOCKS
        and shared >= _NOTABLE
        and still_shared <= _FADING * shared
    )


def _differences(plane: Array, distance: int) -> Array:
    """Mean squared differences along either axis, block by block."""
    here = plane[:-2, :-2]
    rows, columns = here.shape
    down = plane[distance : distance + rows, :columns]
    along = plane[:rows, distance : distance + columns]
    return np.stack(
        [block_mean((there - here) ** 2, _BLOCK) for there in (down, along)]
    )

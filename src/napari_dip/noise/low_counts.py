"""Images of so few photons that hardly any pixel has more than one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.binning import largest_squares
from napari_dip.noise.variance import VarianceModel

# Fewer others are not told from none, for the gain is known to a tenth.
_LEAST_OTHERS = 1 / 16
# In fewer squares than this a photon is an event.
_LEAST_MEAN = 0.15


def photon_squares(plane: NDArray[Any], noise: VarianceModel) -> int:
    """Side of the squares that photons have to be counted in.

    A pixel with one photon among many with none looks like a structure. In
    squares in which a photon meets another one, on average, structure is what
    many photons have in common.

    Parameters
    ----------
    plane : (M, N) ndarray
        Any real dtype, in any linear unit; NaN where it is missing.
    noise : VarianceModel
        Its noise.

    Returns
    -------
    int
        Pixels along a side: 1 where there is light enough, or where the noise
        is not that of photons.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> counting = VarianceModel(gain=1.0, read_variance=0.0)
    >>> photon_squares(rng.poisson(20.0, (128, 128)), counting)
    1
    >>> photon_squares(rng.poisson(0.05, (128, 128)), counting)
    4
    """
    if noise.gain <= 0:
        return 1
    # In photons: as many would have this noise.
    mean = (np.nanmean(plane) + noise.read_variance / noise.gain) / noise.gain
    if mean <= 0:
        return 1
    # Of the others in the pixel of a photon, from the mean of squares: those
    # of its place, if the noise is Poisson's.
    variance = np.nanvar(plane) / noise.gain**2
    others = variance / mean + mean - 1
    if others >= 1:
        return 1
    area = max(1 / max(others, _LEAST_OTHERS), _LEAST_MEAN / mean)
    return int(min(math.ceil(math.sqrt(area)), largest_squares(plane.shape)))

"""Whether an image was kept as JPEG."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

Array = NDArray[np.float64]

# JPEG transforms blocks of this side and rounds each coefficient to a multiple
# of a step, which is larger than the noise of fine ones.
_BLOCK = 8
_FINE = np.indices((_BLOCK, _BLOCK)).sum(axis=0) >= 6
# Grey levels that rounding the pixels leaves of a coefficient that was zero.
_ZERO = 1.0
# Zeros in blocks as JPEG has laid them, by those in blocks laid otherwise:
# 1.03 at most for images that were never compressed. Fewer than a tenth of the
# fine coefficients are too few to be compared.
_LAID, _NOTABLE = 1.1, 0.1
# Of a large image its middle is looked at.
_SIDE = 256


def was_compressed(plane: Array) -> bool:
    """Whether JPEG has rounded most fine coefficients of a plane to zero.

    No other place of its blocks has as many zeros.

    Parameters
    ----------
    plane : (..., M, N) ndarray
        One channel, in grey levels of 8 bits; of a volume one plane is looked
        at.

    Examples
    --------
    >>> import imageio.v3 as iio
    >>> noise = np.random.default_rng(0).normal(99, 9, (256, 256))
    >>> file = iio.imwrite(
    ...     '<bytes>', noise.astype('uint8'), extension='.jpg', quality=60
    ... )
    >>> was_compressed(iio.imread(file).astype(float)), was_compressed(noise)
    (True, False)
    """
    if plane.ndim > 2:
        return was_compressed(plane[len(plane) // 2])
    start = [max(0, n - _SIDE) // 2 for n in plane.shape]
    middle = plane[start[0] :, start[1] :][:_SIDE, :_SIDE]
    zeros = np.sort(
        [
            _zeros(middle[row:, column:])
            for row in range(_BLOCK)
            for column in range(_BLOCK)
        ]
    )
    return bool(zeros[-1] > _NOTABLE and zeros[-1] > _LAID * zeros[-2])


def _zeros(plane: Array) -> float:
    """Part of the fine coefficients that are zero."""
    rows, columns = (n // _BLOCK for n in plane.shape)
    if not rows or not columns:
        return 0.0
    whole = plane[: rows * _BLOCK, : columns * _BLOCK]
    blocks = whole.reshape(rows, _BLOCK, columns, _BLOCK)
    coefficients = dctn(blocks.swapaxes(1, 2), axes=(2, 3), norm='ortho')
    return float(np.mean(np.abs(coefficients[..., _FINE]) < _ZERO))

"""Noise of images that were kept as JPEG."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

from napari_dip.noise.second_differences import Grain

Array = NDArray[np.float64]

# JPEG transforms blocks of this side and rounds each coefficient to a multiple
# of a step, which is larger than the noise of fine ones.
_BLOCK = 8
_ROW, _COLUMN = np.indices((_BLOCK, _BLOCK))
_FINE = _ROW + _COLUMN >= 6
# Grey levels: what rounding the pixels leaves of a coefficient that was zero,
# and the brightest that a JPEG holds.
_ZERO = 1.0
_WHITE = 255
# Zeros in blocks as JPEG has laid them, by those in blocks laid otherwise:
# 1.03 at most for images that were never compressed.
_LAID = 1.1
# Of the fine coefficients. Fewer zeros are too few to be compared.
_NOTABLE = 0.1
# Photographs in little noise have spreads of 2.3 and more.
_EVEN = 1.9
_SPREAD = 2.2
# Of a large image its middle is looked at.
_SIDE = 256


def was_compressed(plane: Array, grain: Grain | None) -> bool:
    """Whether most blocks hold noise that JPEG has rounded.

    Parameters
    ----------
    plane : (M, N) ndarray
        One image plane, in grey levels of 8 bits.
    grain : Grain or None
        That of the plane.

    Returns
    -------
    bool
        False as well for compressed images in little noise.

    Notes
    -----
    JPEG rounds most fine coefficients of its blocks to zero. No other place of
    the blocks has as many.

    Examples
    --------
    >>> import imageio.v3 as iio
    >>> from napari_dip.noise.second_differences import measure_grain
    >>> noise = np.random.default_rng(0).normal(99, 9, (256, 256))
    >>> file = iio.imwrite(
    ...     '<bytes>', noise.astype('uint8'), extension='.jpg', quality=60
    ... )
    >>> image = iio.imread(file).astype(float)
    >>> was_compressed(image, measure_grain(image))
    True
    >>> was_compressed(noise, measure_grain(noise))
    False
    """
    if not _is_noise(grain) or np.nanmax(plane) > _WHITE:
        return False
    zeros = _zeros(plane)
    laid = zeros.max()
    others = np.delete(zeros, zeros.argmax()).max()
    return bool(laid > _NOTABLE and laid > _LAID * others)


def _is_noise(grain: Grain | None) -> bool:
    """Whether most blocks hold noise and little else."""
    return grain is not None and bool(
        grain.of_noise
        and grain.evenness < _EVEN
        and max(grain.spreads[1:]) < _SPREAD
    )


def _zeros(plane: Array) -> Array:
    """Part of the fine coefficients that are zero, for each place."""
    start = [max(0, n - _SIDE) // 2 for n in plane.shape]
    middle = plane[start[0] :, start[1] :][:_SIDE, :_SIDE]
    return np.array(
        [
            _zeros_of_blocks(middle[row:, column:])
            for row in range(_BLOCK)
            for column in range(_BLOCK)
        ]
    )


def _zeros_of_blocks(plane: Array) -> float:
    rows, columns = (n // _BLOCK for n in plane.shape)
    whole = plane[: rows * _BLOCK, : columns * _BLOCK]
    blocks = whole.reshape(rows, _BLOCK, columns, _BLOCK)
    coefficients = dctn(blocks.swapaxes(1, 2), axes=(2, 3), norm='ortho')
    return float(np.mean(np.abs(coefficients[..., _FINE]) < _ZERO))

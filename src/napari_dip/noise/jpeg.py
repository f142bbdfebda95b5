"""Whether what is fine in a JPEG was noise before it was compressed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn
from scipy.stats import norm

Array = NDArray[np.float64]

#: Pixels along a side of a block.
SIDE = 8
#: Greatest step, and greatest value of 8 bits.
GREATEST = 255

# Steps of brightness and of colour at quality 50, rows first: those of the
# standard (ITU-T T.81, Annex K), which the Independent JPEG Group scales.
_BRIGHTNESS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_COLOUR = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)

#: Brightness of red, green and blue, as JPEG has it (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)
# Of a large image its middle is looked at.
_MIDDLE = 256
# Grey levels that rounding the pixels leaves of a coefficient that was zero.
_ROUNDED = 1.0
# Zeros in blocks as JPEG has laid them, by those in blocks laid otherwise:
# 1.03 at most for images that were never compressed.
_LAID = 1.1
# Fewer zeros, or others, do not tell a deviation.
_FEWEST = 5
# Spread of the logarithms of the deviations, beyond chance: 0 to 0.2 of most
# noise, and 0.24 to 0.8 of photographs and of truths without it.
_MOST_SPREAD = 0.2


def standard_table(quality: int, *, colour: bool = False) -> Array:
    """Return the steps of a quality from 1 to 100, in grey levels.

    Examples
    --------
    >>> int(standard_table(50)[0, 0]), int(standard_table(10)[0, 0])
    (16, 80)
    """
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    base = np.array(_COLOUR if colour else _BRIGHTNESS)
    steps = (base * percent + 50) // 100
    clipped: Array = np.clip(steps, 1, GREATEST).astype(float)
    return clipped


def blocks_of(grey: Array, first: tuple[int, int]) -> Array:
    """Whole blocks, ``(blocks, 8, 8)``."""
    plane = grey[first[0] :, first[1] :]
    rows, columns = (n // SIDE for n in plane.shape)
    whole = plane[: rows * SIDE, : columns * SIDE]
    blocks = whole.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)
    return blocks.reshape(-1, SIDE, SIDE)


def magnitudes_of(blocks: Array) -> Array:
    """Absolute values of the cosine coefficients of blocks."""
    found: Array = np.abs(dctn(blocks, axes=(1, 2), norm='ortho'))
    return found


def was_white(planes: Array) -> bool | None:
    """Whether what is fine in a JPEG was white noise before.

    Each cosine coefficient of white noise has the same deviation; those of
    structure have less the finer they are. The part that is rounded to zero
    tells it, where steps are those of the standard table times any factor.

    Parameters
    ----------
    planes : (C, ..., M, N) ndarray
        The image, in grey levels of 8 bits; of a volume one plane is looked
        at.

    Returns
    -------
    bool or None
        None where nothing tells of a compression.

    Examples
    --------
    >>> import imageio.v3 as iio
    >>> noise = np.random.default_rng(0).normal(99, 9, (1, 256, 256))
    >>> file = iio.imwrite(
    ...     '<bytes>', noise[0].astype('uint8'), extension='.jpg', quality=60
    ... )
    >>> was_white(iio.imread(file)[None].astype(float)), was_white(noise)
    (True, None)
    """
    if planes.ndim > 3:
        return was_white(planes[:, planes.shape[1] // 2])
    start = [max(0, n - _MIDDLE) // 2 for n in planes.shape[1:]]
    middle = planes[:, start[0] :, start[1] :][:, :_MIDDLE, :_MIDDLE]
    if len(planes) == len(LUMA):
        middle = np.rint(np.tensordot(LUMA, middle, 1))[None]
    told = [_was_white(plane) for plane in middle]
    return None if None in told else all(told)


def _was_white(plane: Array) -> bool | None:
    laid = [blocks_of(plane, first) for first in np.ndindex(SIDE, SIDE)]
    if not all(map(len, laid)):
        return None
    fine = np.indices((SIDE, SIDE)).sum(axis=0) >= 6
    zeros = [np.mean(magnitudes_of(one)[:, fine] < _ROUNDED) for one in laid]
    *_, second, most = np.sort(zeros)
    if most <= _LAID * second:
        return None
    blocks = laid[int(np.argmax(zeros))]
    inside = (blocks > np.nanmin(plane)) & (blocks < np.nanmax(plane))
    magnitudes = magnitudes_of(blocks[inside.all(axis=(1, 2))])
    if len(magnitudes) < 2 * _FEWEST:
        # Clipped blocks do not tell.
        return True
    power = np.square(magnitudes).sum(axis=(1, 2)) - magnitudes[:, 0, 0] ** 2
    # Half of them, in which there is less structure.
    homogeneous = magnitudes[power <= np.median(power)]
    count = (homogeneous < _ROUNDED).sum(axis=0)
    told = np.minimum(count, len(homogeneous) - count) >= _FEWEST
    told[0, 0] = False
    if not told.any():
        return True
    share = count[told] / len(homogeneous)
    reach = norm.isf((1 - share) / 2)
    found = np.log(standard_table(50)[told] / reach)
    # Of that the chance that a share of so many blocks has is no difference.
    chance = share * (1 - share) / len(homogeneous)
    chance /= (2 * norm.pdf(reach) * reach) ** 2
    return bool(found.var() - chance.mean() < _MOST_SPREAD**2)

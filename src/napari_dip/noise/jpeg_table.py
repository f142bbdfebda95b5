"""The quantisation table of a JPEG, found in the pixels it was read to.

JPEG rounds each cosine coefficient of its blocks to a multiple of a step, and
whoever reads the file rounds the pixels to grey levels. As long as nothing
else was done to them, their coefficients still lie near the multiples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn
from scipy.stats import norm

Array = NDArray[np.float64]

# Pixels along a side of a block.
_BLOCK = 8
#: Best quality, of the smallest steps.
MOST_QUALITY = 100

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

# Grey levels. Rounding the pixels moves a coefficient by 0.29, the root of a
# twelfth; of a normal value this is the distance that one in 30,000 exceeds.
_NEAR = 4 * 12**-0.5
# In smooth areas rounded pixels make stairs, and these coefficients so great.
_ZERO = 3.0
# Coefficients that lie near a multiple; pixels clipped to black or white move
# a few.
_MOST = 0.95
# Greatest step, and greatest value of 8 bits.
_GREATEST = 255
# How much likelier the multiples are than none before a step is believed: a
# million times, of all steps of all coefficients.
_BELIEVED = np.log(1e6 * _BLOCK**2 * _GREATEST)
# Part of the evidence for the likeliest steps, one by one, that the standard
# table has if it is the one: some of those are multiples of its own.
_STANDARD = 0.5
# So many tell a step.
_VALUES = 500

#: Brightness of red, green and blue, as JPEG has it (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)
# Of a large image its middle is looked at.
_SIDE = 256
# Grey levels that rounding the pixels leaves of a coefficient that was zero.
_ROUNDED = 1.0
_FINE = np.indices((_BLOCK, _BLOCK)).sum(axis=0) >= 6
_PLACES = [(row, column) for row in range(_BLOCK) for column in range(_BLOCK)]
# Zeros in blocks as JPEG has laid them, by those in blocks laid otherwise:
# 1.03 at most for images that were never compressed. Fewer than a tenth of the
# fine coefficients are too few to be compared.
_LAID, _NOTABLE = 1.1, 0.1
# Fewer zeros, or others, do not tell a deviation.
_FEWEST = 5
# Spread of the logarithms of the deviations: 0.08 to 0.2 of most noise, and
# 0.23 to 0.8 of photographs and of truths without it.
_MOST_SPREAD = 0.2


@dataclass(frozen=True)
class Table:
    """How JPEG has quantised a plane.

    Parameters
    ----------
    steps : (8, 8) ndarray
        Step of each coefficient, rows first, in the units of the plane.
    first : tuple of int
        Row and column of the first pixel of a block.
    quality : int or None
        Of the standard table that it is; None if it is another.
    """

    steps: Array
    first: tuple[int, int] = (0, 0)
    quality: int | None = None


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
    clipped: Array = np.clip(steps, 1, _GREATEST).astype(float)
    return clipped


def grey_level(plane: Array) -> float | None:
    """Return what a grey level of 8 bits is in a plane.

    Whole numbers from 0 to 255 are grey levels. Others have the same distance
    from each other, or a multiple of it. None if they are more than 8 bits
    hold, or lie anywhere.
    """
    values = np.unique(plane)
    if values[0] >= 0 and values[-1] <= _GREATEST and (values % 1 == 0).all():
        return 1.0
    if not 2 <= len(values) <= _GREATEST + 1:
        return None
    gaps = np.diff(values)
    level = float(gaps.min())
    multiples = (values - values[0]) / level
    if multiples[-1] > _GREATEST:
        return None
    if np.abs(multiples - np.rint(multiples)).max() > 0.01:  # float32
        return None
    return level


def find_table(plane: Array, level: float) -> Table | None:
    """Find how JPEG has quantised a plane of brightness.

    Parameters
    ----------
    plane : (M, N) ndarray
        One plane; a part of what was compressed will do.
    level : float
        What a grey level of 8 bits is in it.

    Returns
    -------
    Table or None
        None where nothing tells of a compression that can be undone.
    """
    grey = (plane - plane.min()) / level
    found = [
        (*_of_blocks(grey, first), first) for first in _first_pixels(grey)
    ]
    believed = [one for one in found if one[0] >= _BELIEVED]
    if not believed:
        return None
    # Edges of blocks repeat within blocks laid otherwise, but by steps of no
    # standard table.
    _, steps, quality, first = max(
        believed, key=lambda one: (one[2] is not None, one[0])
    )
    return Table(steps * level, first, quality)


def _first_pixels(grey: Array) -> set[tuple[int, int]]:
    """Find where blocks may begin.

    Edges of blocks stand out of strong compression. Of weak compression
    more coefficients are zero in its own blocks than in others. And most
    images were never cropped.
    """
    by_zeros = max(
        np.ndindex(_BLOCK, _BLOCK),
        key=lambda first: _share_of_zeros(grey, (first[0], first[1])),
    )
    by_edges = _strongest_edge(grey), _strongest_edge(grey.T)
    return {(0, 0), (by_zeros[0], by_zeros[1]), by_edges}


def _share_of_zeros(grey: Array, first: tuple[int, int]) -> float:
    return float(np.mean(np.abs(_coefficients(_blocks(grey, first))) < _NEAR))


def _strongest_edge(grey: Array) -> int:
    """Find the row, of eight, that differs most from the one before.

    More than these rows differ from their other neighbours.
    """
    steps = np.diff(grey, axis=0)
    more = np.abs(steps[1:-1] - (steps[:-2] + steps[2:]) / 2).mean(axis=1)
    # The first of these is the step to row 2.
    places = (np.arange(len(more)) + 2) % _BLOCK
    return int(np.argmax([more[places == k].mean() for k in range(_BLOCK)]))


def _blocks(grey: Array, first: tuple[int, int]) -> Array:
    """Whole blocks, ``(blocks, 8, 8)``."""
    plane = grey[first[0] :, first[1] :]
    rows, columns = (n // _BLOCK for n in plane.shape)
    whole = plane[: rows * _BLOCK, : columns * _BLOCK]
    blocks = whole.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2)
    return blocks.reshape(-1, _BLOCK, _BLOCK)


def _coefficients(blocks: Array) -> Array:
    found: Array = dctn(blocks, axes=(1, 2), norm='ortho')
    return found


def _of_blocks(
    grey: Array, first: tuple[int, int]
) -> tuple[float, Array, int | None]:
    """Tell how likely multiples are, of which steps and of what quality."""
    blocks = _blocks(grey, first)
    inside = (blocks > 0) & (blocks < grey.max())
    # A reader clips to black and white what is beyond.
    blocks = blocks[inside.all(axis=(1, 2))]
    # Blocks that repeat tell nothing more.
    others = np.unique(blocks - blocks[:, :1, :1], axis=0)
    evidence = _evidence(np.abs(_coefficients(others)))
    rows, columns = np.indices((_BLOCK, _BLOCK))
    tables = [standard_table(q) for q in range(1, MOST_QUALITY + 1)]
    of_tables = [
        float(evidence[rows, columns, table.astype(int) - 1].sum())
        for table in tables
    ]
    quality = int(np.argmax(of_tables))
    standard = tables[quality]
    free = evidence.max(axis=2)
    told = free >= _BELIEVED
    if of_tables[quality] >= _STANDARD * free[told].sum():
        return of_tables[quality], standard, quality + 1
    # What nothing tells is taken from the standard table that is next.
    steps = np.where(told, evidence.argmax(axis=2) + 1.0, standard)
    return float(free[told].sum()), steps, None


def _evidence(magnitudes: Array) -> Array:
    """Logarithm of how much likelier multiples of a step are than none.

    Returns
    -------
    ndarray
        ``(8, 8, steps)``, of each coefficient and of steps from 1 on.
    """
    found = np.zeros((_BLOCK, _BLOCK, _GREATEST))
    steps = np.arange(1, _GREATEST + 1)
    chance = np.minimum(2 * _NEAR / steps, _MOST)
    # Of shorter steps all that is no zero is near to one.
    chance[steps <= _ZERO + _NEAR] = _MOST
    near, far = np.log(_MOST / chance), np.log((1 - _MOST) / (1 - chance))
    for row, column in np.ndindex(_BLOCK, _BLOCK):
        # The mean of a block is counted from a level that need not be known.
        values = magnitudes[:, row, column]
        values = values[values > _ZERO][:_VALUES]
        if (row, column) == (0, 0) or not len(values):
            continue
        off = np.abs(
            values - steps[:, None] * np.rint(values / steps[:, None])
        )
        share = (off < _NEAR).sum(axis=1)
        found[row, column] = share * near + (len(values) - share) * far
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
    start = [max(0, n - _SIDE) // 2 for n in planes.shape[1:]]
    middle = planes[:, start[0] :, start[1] :][:, :_SIDE, :_SIDE]
    if len(planes) == len(LUMA):
        middle = np.rint(np.tensordot(LUMA, middle, 1))[None]
    told = [_was_white(plane) for plane in middle]
    return None if None in told else all(told)


def _was_white(plane: Array) -> bool | None:
    laid = [_blocks(plane, first) for first in _PLACES]
    if not all(map(len, laid)):
        return None
    zeros = [np.mean(_magnitudes(one)[:, _FINE] < _ROUNDED) for one in laid]
    *_, second, most = np.sort(zeros)
    if most < max(_NOTABLE, _LAID * second):
        return None
    blocks = laid[int(np.argmax(zeros))]
    inside = (blocks > np.nanmin(plane)) & (blocks < np.nanmax(plane))
    magnitudes = _magnitudes(blocks[inside.all(axis=(1, 2))])
    if len(magnitudes) < 2 * _FEWEST:
        # Clipped blocks do not tell.
        return True
    power = np.square(magnitudes).sum(axis=(1, 2)) - magnitudes[:, 0, 0] ** 2
    # Half of them, in which there is less structure.
    homogeneous = magnitudes[power <= np.median(power)]
    count = (homogeneous < _ROUNDED).sum(axis=0)
    told = np.minimum(count, len(homogeneous) - count) >= _FEWEST
    told[0, 0] = False
    share = count[told] / len(homogeneous)
    deviations = standard_table(50)[told] / norm.isf((1 - share) / 2)
    return not told.any() or bool(np.log(deviations).std() < _MOST_SPREAD)


def _magnitudes(blocks: Array) -> Array:
    return np.abs(_coefficients(blocks))

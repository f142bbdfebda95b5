"""How far pixels share their noise, as second differences show it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import minimum_filter

from napari_dip.noise.blocks import block_mean

Array = NDArray[np.float64]

_BLOCK = 12
_FEWEST_BLOCKS = 64
# Noise grows with the signal, so that only blocks of like brightness compare.
_BLOCKS_OF_A_CLASS = 40
_MOST_CLASSES = 8
_DISTANCES = (1, 2, 4, 6)
# Power of differences six pixels apart by that of four apart: 0.9 to 1.3 of
# noise of any reach, and more where they show structure.
_STRUCTURE = 1.35
# A square of such a side without any difference lies in an empty margin.
_FLAT = 5


class Grain(NamedTuple):
    """Second differences in the quieter blocks of like brightness.

    Parameters
    ----------
    neighbours, two_apart, six_apart : float
        Power of those of pixels one, two and six apart, by that of pixels
        four apart. Shared noise makes those small that it reaches; structure
        makes all larger the further they are apart.
    evenness : float
        Lower quartile over 5 % quantile of the blocks, two apart: 1.2 to 1.4
        for noise, more where structure adds to it.
    spreads : tuple of float
        Upper over lower quartile of the blocks, one, two and four apart: 1.3
        to 1.9 for noise, the more the further it reaches.
    """

    neighbours: float
    two_apart: float
    six_apart: float
    evenness: float
    spreads: tuple[float, float, float]

    @property
    def of_noise(self) -> bool:
        """Whether differences that are far apart show no structure."""
        return self.six_apart < _STRUCTURE


def measure_grain(plane: ArrayLike) -> Grain | None:
    """Measure how far the pixels of a plane share their noise.

    Parameters
    ----------
    plane : (M, N) array_like
        One image plane; pixels that are not finite are missing.

    Returns
    -------
    Grain or None
        None where too few blocks vary.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(0, 5, (256, 256))
    >>> grain = measure_grain(white + np.roll(white, 1, 0))
    >>> bool(grain.neighbours < 0.8 < grain.two_apart)
    True
    """
    values = np.asarray(plane, float)
    margin = max(_DISTANCES)
    inner = values[margin:-margin, margin:-margin]
    if min(inner.shape) < _BLOCK:
        return None
    brightness = block_mean(inner, _BLOCK)
    powers = np.stack([_powers(values, d) for d in _DISTANCES])
    usable = np.isfinite(powers).all(0) & ~_at_margin(values)
    if usable.sum() < _FEWEST_BLOCKS:
        return None
    return _of_classes(brightness[usable], powers[:, usable])


def _of_classes(brightness: Array, powers: Array) -> Grain:
    """Compare blocks of like brightness."""
    classes = np.array_split(
        np.argsort(brightness),
        np.clip(len(brightness) // _BLOCKS_OF_A_CLASS, 1, _MOST_CLASSES),
    )
    quiet = np.stack([np.quantile(powers[:, c], 0.25, 1) for c in classes])
    near, two, _, six = np.median(quiet / quiet[:, [2]], 0)
    by_quiet = np.concatenate(
        [
            powers[:, c] / own[:, None]
            for c, own in zip(classes, quiet, strict=True)
        ],
        axis=1,
    )
    evenness = 1 / np.quantile(by_quiet[1], 0.05)
    first, second, fourth, _ = np.quantile(by_quiet, 0.75, 1)
    return Grain(near, two, six, evenness, (first, second, fourth))


def _powers(plane: Array, distance: int) -> Array:
    """Power of the second differences of each block."""
    return block_mean(_second_difference(plane, distance) ** 2, _BLOCK)


def _at_margin(plane: Array) -> NDArray[np.bool_]:
    """Whether a part of the block is flat."""
    same = _second_difference(plane, _DISTANCES[0]) == 0
    flat = minimum_filter(same, _FLAT)
    return block_mean(flat, _BLOCK) > 0


def _second_difference(plane: Array, distance: int) -> Array:
    """Second difference along both axes, where the largest one has a value."""
    rest = max(_DISTANCES) - distance
    for _ in range(2):
        middle = plane[max(_DISTANCES) : -max(_DISTANCES)]
        before = plane[rest : rest + len(middle)]
        after = plane[len(plane) - rest - len(middle) : len(plane) - rest]
        plane = (before - 2 * middle + after).T
    return plane

"""Which of several fills to take, by the errors in held-out holes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label

from napari_dip.fills.base import Mask

# Distances to the nearest known pixel that part the classes: a pixel of a
# scratch or a row, one of a letter, a spot or a hole.
_DEPTHS = (1.5, 3.0, 6.0, 12.0)
# Errors of all classes that those of one are weighed with, in pixels.
_PRIOR = 500.0

NUM_CLASSES = len(_DEPTHS) + 1
#: Neighbouring pixels of a hole whose errors are as good as one.
ALIKE = 25.0

Weights = NDArray[np.float64]


def depth_of(missing: Mask) -> NDArray[np.float32]:
    """Distance of each pixel to the nearest known one, channel by channel."""
    depth: NDArray[np.float32] = np.stack(
        [distance_transform_edt(one) for one in missing]
    ).astype(np.float32)
    return depth


def class_of(depth: NDArray[np.float32]) -> NDArray[np.intp]:
    """Class of each pixel, by how deep in a hole it is."""
    return np.searchsorted(_DEPTHS, depth)


class Errors:
    """Products of the errors of several fills, gathered by depth.

    Parameters
    ----------
    number : int
        How many fills.
    """

    def __init__(self, number: int) -> None:
        self._total = np.zeros((NUM_CLASSES, number, number))
        self.count = np.zeros(NUM_CLASSES)

    def __add__(self, other: Errors) -> Errors:
        """Return both together."""
        both = Errors(self._total.shape[1])
        both._total = self._total + other._total
        both.count = self.count + other.count
        return both

    @property
    def squares(self) -> NDArray[np.float64]:
        """Sum of the squared errors of each fill."""
        squares: NDArray[np.float64] = np.einsum('cii->i', self._total)
        return squares

    def add(
        self, errors: NDArray[np.float32], classes: NDArray[np.intp]
    ) -> None:
        """Take in errors, ``(fills, pixels)``, and the class of each pixel."""
        for one in range(NUM_CLASSES):
            found = errors[:, classes == one].astype(np.float64)
            self._total[one] += found @ found.T
            self.count[one] += found.shape[1]

    def pooled(self) -> NDArray[np.float64]:
        """Mean products of each class, drawn towards those of all.

        Where a class has few pixels, the shape of the products is that of
        all classes, and the size its own.
        """
        whole = self._total.sum(0)
        scale = np.trace(whole) or 1.0
        pooled = np.empty_like(self._total)
        for one, (total, count) in enumerate(
            zip(self._total, self.count, strict=True)
        ):
            size = np.trace(total) / count if count else scale
            prior = whole / scale * (size or 1.0)
            pooled[one] = (total + _PRIOR * prior) / (count + _PRIOR)
        return pooled

    def weights(self) -> Weights:
        """Return the weights of least error, ``(classes, fills)``."""
        return np.stack([least_error(products) for products in self.pooled()])

    def rms(self, weights: Weights) -> float:
        """Root mean squared error of a combination."""
        squares = np.einsum('ci,cij,cj->', weights, self._total, weights)
        mean = float(squares) / max(float(self.count.sum()), 1.0)
        return math.sqrt(mean)


def guarded(
    told: Errors,
    judged: Errors,
    errors: NDArray[np.float32],
    classes: NDArray[np.intp],
    number: float,
) -> Weights:
    """Weights that leave the best fill as far as is beyond chance.

    Parameters
    ----------
    told : Errors
        Of the held-out holes that tell the weights.
    judged : Errors
        Of those that judge them.
    errors, classes
        What the latter were gathered from.
    number : float
        How many of these errors are as good as independent.

    Returns
    -------
    ndarray
        ``(classes, fills)``. Where the mixture is no better, it is the fill
        of least error in all held-out holes.
    """
    weights = told.weights()
    single = np.zeros_like(weights)
    best = int((told + judged).squares.argmin())
    single[:, best] = 1
    mixed = (weights[classes] * errors.T).sum(1)
    sure = surely(errors[best] ** 2 - mixed**2, number)
    return single + sure * (weights - single)


def least_error(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights, none negative and one in sum, of least squared error.

    Parameters
    ----------
    products : ndarray
        ``(fills, fills)``: mean products of their errors.

    Examples
    --------
    >>> least_error(np.diag([1.0, 1.0, 2.0])).round(1).tolist()
    [0.4, 0.4, 0.2]
    >>> least_error(np.array([[1.0, 2.0], [2.0, 5.0]])).tolist()
    [1.0, 0.0]
    """
    number = len(products)
    best, least = np.eye(number)[0], np.inf
    for size in range(1, number + 1):
        for chosen in map(list, combinations(range(number), size)):
            part = products[np.ix_(chosen, chosen)]
            # Fills that are alike have as good as the same errors.
            part = part + 1e-9 * np.trace(part) * np.eye(size)
            if not np.trace(part):
                part = np.eye(size)
            solved = np.linalg.solve(part, np.ones(size))
            found = solved / solved.sum()
            error = float(found @ products[np.ix_(chosen, chosen)] @ found)
            if (found >= 0).all() and error < least:
                best, least = np.zeros(number), error
                best[chosen] = found
    weights: NDArray[np.float64] = best
    return weights


def independent(held: Mask) -> float:
    """How many of the errors in held-out holes are as good as independent.

    One a hole, and in a large one as many as have no near neighbour.
    """
    _, holes = label(held.any(axis=0))
    return max(float(holes), np.count_nonzero(held) / ALIKE)


def surely(gain: NDArray[np.floating[Any]], number: float) -> float:
    """Part of a step to take, by what it gained in so many errors.

    None if its mean gain is less than its standard error.

    Examples
    --------
    >>> surely(np.ones(9), 9.0)
    1.0
    >>> surely(np.array([3.0, -3.0, 3.0, -2.0]), 4.0)
    0.0
    """
    if not gain.size or gain.mean() <= 0:
        return 0.0
    chance = gain.std() / math.sqrt(max(number, 1.0))
    return max(0.0, 1 - float(chance / gain.mean()) ** 2)


def combine(
    fills: Sequence[NDArray[np.float32]],
    weights: Weights,
    classes: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Return the mean of fills with the weights of each pixel's class."""
    combined = np.zeros(classes.shape, np.float32)
    for fill, weight in zip(fills, weights.T, strict=True):
        combined += weight[classes].astype(np.float32) * fill
    return combined

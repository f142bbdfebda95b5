"""Which of several fills to take, by the errors in held-out holes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_dip.fills.base import Mask

# Pixels are told apart by how much fills differ there: as many in each class.
_CLASSES = 5

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class HeldOut:
    """What several fills made of held-out pixels.

    Parameters
    ----------
    values, errors : (fills, pixels) ndarray
        What they made, and by how much it is off.
    number : float
        How many of the errors are as good as independent.
    """

    values: Floats
    errors: Floats
    number: float

    @classmethod
    def join(cls, parts: Sequence[HeldOut], fills: int) -> HeldOut:
        """Take those of several parts of an image together, if any."""
        none = np.empty((fills, 0), np.float32)
        values = [none, *(one.values for one in parts)]
        errors = [none, *(one.errors for one in parts)]
        return cls(
            np.concatenate(values, axis=1),
            np.concatenate(errors, axis=1),
            sum(one.number for one in parts),
        )

    def only(self, chosen: NDArray[np.bool_]) -> HeldOut:
        """Leave the pixels that were not chosen out."""
        number = self.number * chosen.mean()
        return HeldOut(self.values[:, chosen], self.errors[:, chosen], number)


@dataclass(frozen=True)
class Combination:
    """Weights of several fills, and how far off their mean was.

    Parameters
    ----------
    weights : (classes, fills) ndarray
        None negative, one in sum.
    edges : (classes - 1,) ndarray
        Variances over the fills that part the classes.
    levels, errors : (classes,) ndarray
        Mean variance over the fills and mean squared error, both ascending.
    """

    weights: NDArray[np.float64]
    edges: NDArray[np.float64]
    levels: NDArray[np.float64]
    errors: NDArray[np.float64]

    @classmethod
    def of(cls, held: HeldOut) -> Combination:
        """Weigh fills as held-out pixels ask for.

        Weights of least squared error follow chance where there are few
        errors, so these are taken for nearer to equal and independent ones
        by as many as there are fills.
        """
        fills, pixels = held.errors.shape
        spread = held.values.var(axis=0)
        parts = np.arange(1, _CLASSES) / _CLASSES
        edges = np.quantile(spread, parts) if pixels else parts
        classes = np.searchsorted(edges, spread)
        products, levels, sizes = [], [], []
        for one in range(_CLASSES):
            own = held.errors[:, classes == one].astype(np.float64)
            products.append(own @ own.T)
            levels.append(spread[classes == one].sum())
            sizes.append(own.shape[1])
        whole, size = sum(products), max(sum(sizes), 1)
        chance = fills / max(held.number, 1.0)
        weights = []
        for own, count in zip(products, sizes, strict=True):
            # Where a class has few pixels the shape is that of all.
            scale = (np.trace(own) / count) if count else 1.0
            prior = whole / (np.trace(whole) or 1.0) * scale
            mean = own + chance * size * prior
            mean /= count + chance * size
            equal = np.eye(fills) * (np.trace(mean) or 1.0) / fills
            weights.append(least_error(mean + chance * equal))
        chosen = np.stack(weights)
        left = (chosen[classes] * held.errors.T).sum(axis=1) ** 2
        found = [
            (level / count, left[classes == one].mean())
            for one, (level, count) in enumerate(
                zip(levels, sizes, strict=True)
            )
            if count
        ]
        levels_of, errors_of = np.array(found or [(1.0, 0.0)]).T
        rising = np.maximum.accumulate(errors_of)
        return cls(chosen, edges, levels_of, rising)

    def __call__(
        self, values: Floats, of: Floats | None = None
    ) -> NDArray[np.float32]:
        """Return the mean of fills, ``(fills, ...)``, or `of` what is theirs.

        Each pixel has the weights of its class.
        """
        taken = self.at(values) * (values if of is None else of)
        mean: NDArray[np.float32] = np.sum(taken, axis=0).astype(np.float32)
        return mean

    def at(self, values: Floats) -> Floats:
        """Weights at each pixel, of the same shape."""
        classes = np.searchsorted(self.edges, values.var(axis=0))
        weights: Floats = np.moveaxis(self.weights[classes], -1, 0)
        return weights.astype(np.float32)

    def variance(self, values: Floats) -> NDArray[np.float32]:
        """Variance of the error at each pixel, told by how fills differ.

        It grows in proportion where they differ more than they did at
        held-out pixels.
        """
        spread = values.var(axis=0)
        most = max(self.levels[-1], np.finfo(np.float32).tiny)
        found: Floats = np.interp(spread, self.levels, self.errors)
        found *= np.maximum(spread / most, 1)
        return found.astype(np.float32)


@dataclass(frozen=True)
class Step:
    """How much of a step away from a first estimate to take.

    Parameters
    ----------
    mixed : Combination
        Of the estimate before and after it.
    squares : float
        Sum of squared errors that are then left at held-out pixels, each
        told by others.
    """

    mixed: Combination
    squares: float

    @classmethod
    def judged(cls, held: HeldOut) -> Step:
        """Take it as far as it gained, beyond chance, where it was not told.

        Parameters
        ----------
        held : HeldOut
            Of the estimate before and after, in the order in which the pixels
            lie: each half judges what the other tells.
        """
        mixed, first = Combination.of(held), held.errors[0]
        left, number = first.copy(), first.size
        second = np.arange(number) * 2 >= number
        for own in (second, ~second):
            if own.any() and not own.all():
                other = Combination.of(held.only(~own))
                left[own] = other(held.values[:, own], held.errors[:, own])
        sure = surely(first**2 - left**2, held.number)
        stay = np.zeros_like(mixed.weights)
        stay[:, 0] = 1
        weights = stay + sure * (mixed.weights - stay)
        left = first + sure * (left - first)
        return cls(replace(mixed, weights=weights), float((left**2).sum()))


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

    Errors are alike as far as the nearest known pixel is: one in a ball of
    the depth of the hole, and one at least in each hole.

    Parameters
    ----------
    held : (channels, ...) ndarray of bool
        What is held out.
    """
    plane: Mask = np.any(held, axis=0)
    labels, number = ndimage.label(plane)
    if not number:
        return 0.0
    holes = range(1, number + 1)
    depths = ndimage.maximum(
        ndimage.distance_transform_edt(plane), labels, holes
    )
    sizes = np.bincount(labels.ravel())[1:]
    half = plane.ndim / 2
    ball = math.pi**half / math.gamma(half + 1)
    alone = np.maximum(sizes / (ball * np.asarray(depths) ** plane.ndim), 1)
    return float(alone.sum())


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

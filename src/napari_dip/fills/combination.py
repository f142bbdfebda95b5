"""Which of several fills to take, by the errors in held-out holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    holes : (pixels,) ndarray of int
        The held-out hole that each lies in: holes are samples, their pixels
        are not.
    """

    values: Floats
    errors: Floats
    holes: NDArray[np.intp]

    @classmethod
    def of(cls, made: Floats, truth: Floats, held: Mask) -> HeldOut:
        """Compare fills, ``(fills, channels, ...)``, where it is held out."""
        labels, _ = ndimage.label(held.any(axis=0))
        holes = np.broadcast_to(labels, held.shape)[held]
        values = made[:, held]
        return cls(values, values - truth[held], holes)

    @classmethod
    def join(cls, parts: Sequence[HeldOut], fills: int) -> HeldOut:
        """Take those of several parts of an image together, if any."""
        none = np.empty((fills, 0), np.float32)
        holes, number = [np.empty(0, np.intp)], 0
        for one in parts:
            holes.append(one.holes + number)
            number = int(holes[-1].max(initial=number)) + 1
        return cls(
            np.concatenate([none, *(one.values for one in parts)], axis=1),
            np.concatenate([none, *(one.errors for one in parts)], axis=1),
            np.concatenate(holes),
        )

    def only(self, chosen: NDArray[np.bool_]) -> HeldOut:
        """Leave the pixels that were not chosen out."""
        return HeldOut(
            self.values[:, chosen], self.errors[:, chosen], self.holes[chosen]
        )


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
        """Weigh fills as held-out holes ask for.

        Each fill alone, their mean and their mean of least error are compared
        hole by hole. What is taken is the mean of those that are not worse
        than the best of them by more than the standard error.
        """
        fills, least = len(held.errors), cls.of_least_error(held)
        plain = np.vstack([np.eye(fills), np.full((1, fills), 1 / fills)])
        errors = [*(plain @ held.errors), told_by_others(held)]
        squares = np.square(np.array(errors))
        best = squares[squares.sum(axis=1).argmin()]
        kept = [not surely(one - best, held.holes) for one in squares]
        weights = [np.tile(one, (_CLASSES, 1)) for one in plain]
        mean = np.mean(np.array([*weights, least.weights])[kept], axis=0)
        return least.with_weights(mean, held)

    @classmethod
    def of_least_error(cls, held: HeldOut) -> Combination:
        """Weigh them by the least squared error in each class."""
        spread, errors = held.values.var(axis=0), held.errors
        parts = np.arange(1, _CLASSES) / _CLASSES
        edges = np.quantile(spread, parts) if spread.size else parts
        classes = np.searchsorted(edges, spread)
        weights = []
        for one in range(_CLASSES):
            own = classes == one
            # A class without pixels has the weights of all.
            seen = errors[:, own if own.any() else slice(None)]
            seen = seen.astype(np.float64)
            weights.append(least_error(seen @ seen.T))
        none = np.empty(0)
        mixed = cls(np.stack(weights), edges, none, none)
        return mixed.with_weights(mixed.weights, held)

    def with_weights(
        self, weights: NDArray[np.float64], held: HeldOut
    ) -> Combination:
        """Take other weights, and tell how far off their mean was."""
        spread = held.values.var(axis=0)
        classes = np.searchsorted(self.edges, spread)
        left = (weights[classes] * held.errors.T).sum(axis=1) ** 2
        own = [classes == one for one in np.unique(classes)]
        found = [(spread[one].mean(), left[one].mean()) for one in own]
        levels, errors = np.array(found or [(1.0, 0.0)]).T
        rising = np.maximum.accumulate(errors)
        return Combination(weights, self.edges, levels, rising)

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
    share : float
        0 to 1, of all pixels.
    longest : float
        Longest step that was judged: of a longer one no more is taken than
        of that.
    left : (pixels,) ndarray
        Errors that are then left at held-out pixels.
    """

    share: float
    longest: float
    left: Floats

    @classmethod
    def judged(cls, held: HeldOut) -> Step:
        """Take it as far as it gained, beyond chance.

        Parameters
        ----------
        held : HeldOut
            Of the estimate before and after.
        """
        first, products = held.errors[0], held.errors.astype(np.float64)
        share = least_error(products @ products.T)[1]
        left = first + share * (held.errors[1] - first)
        sure = surely(first**2 - left**2, held.holes)
        step = held.values[1] - held.values[0]
        longest = float(np.abs(step).max(initial=0.0))
        return cls(sure * float(share), longest, first + sure * (left - first))

    def __call__(self, both: Floats) -> NDArray[np.float32]:
        """Take it from the first of two estimates, ``(2, ...)``."""
        step = np.clip(both[1] - both[0], -self.longest, self.longest)
        taken: Floats = both[0] + self.share * step
        return taken.astype(np.float32)


def told_by_others(held: HeldOut) -> Floats:
    """Errors of the mean of least error, of which each half judges the other.

    Every other hole is of the second half. Where there is one alone it is the
    first fill that is told.
    """
    left: Floats = held.errors[0].copy()
    second = np.unique(held.holes, return_inverse=True)[1] % 2 > 0
    for own in (second, ~second):
        if own.any() and not own.all():
            other = Combination.of_least_error(held.only(~own))
            left[own] = other(held.values[:, own], held.errors[:, own])
    return left


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


def surely(gain: Floats, holes: NDArray[np.intp]) -> float:
    """Part of a step to take, by what it gained in each of several holes.

    None if the gain of all is not beyond its standard error.

    Examples
    --------
    >>> surely(np.ones(9), np.arange(9))
    1.0
    >>> surely(np.array([3.0, -3.0, 3.0, -2.0]), np.arange(4))
    0.0
    """
    there = np.unique(holes)
    of_holes = np.bincount(holes, gain)[there]
    number, gained = len(of_holes), of_holes.sum()
    if number < 2 or gained <= 0:
        return 0.0
    chance = of_holes.std(ddof=1) * number**0.5
    return max(0.0, 1 - float(chance / gained) ** 2)

"""When something is too unlikely to be chance.

A finder tries many places. What it finds is told only if chance alone, by
the noise that the image shows, would make so much in one of a thousand
images or fewer.

References
----------
.. [1] A. Desolneux, L. Moisan, J.-M. Morel, "From Gestalt Theory to Image
       Analysis: A Probabilistic Approach", Springer 2008.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy
from scipy.stats import norm

from napari_dip.images.flat_areas import CHANCE


def least_evidence(places: float) -> float:
    """Return the negative logarithm of a probability that is told.

    Parameters
    ----------
    places : float
        How many places are tried.

    Examples
    --------
    >>> round(least_evidence(1000), 1)
    13.8
    """
    return math.log(max(places, 1) / CHANCE)


def least_deviations(places: float) -> float:
    """Return how many standard deviations of normal noise are told.

    Examples
    --------
    >>> round(least_deviations(1000), 1)
    4.9
    """
    return float(norm.isf(CHANCE / max(places, 1) / 2))


def error_of_median(deviation: Any, count: Any) -> Any:
    """Return the standard error of the median of so many normal values."""
    return deviation * (math.pi / 2 / count) ** 0.5


def evidence_of_count(
    count: ArrayLike, trials: ArrayLike, chance: float
) -> NDArray[np.float64]:
    """Bound the probability of a count or more, as a negative logarithm.

    The bound is that of Hoeffding for independent trials.

    Parameters
    ----------
    count, trials : array_like
        Trials that came out so, of how many.
    chance : float
        Probability that one does.

    Examples
    --------
    >>> evidence_of_count(5, 10, 0.5).tolist(), evidence_of_count(
    ...     10, 10, 0.5
    ... ).round(1).tolist()
    (0.0, 6.9)
    """
    trials = np.maximum(np.asarray(trials, float), 1e-9)
    share = np.asarray(count, float) / trials
    divergence = (
        xlogy(share, share)
        + xlogy(1 - share, 1 - share)
        - xlogy(share, chance)
        - xlogy(1 - share, 1 - chance)
    )
    return np.where(share > chance, trials * divergence, 0.0)


def independent_part(
    marks: NDArray[np.bool_], usable: NDArray[np.bool_]
) -> float:
    """Return how many independent trials there are for each of a row.

    Parameters
    ----------
    marks : (M, N) ndarray of bool
        What came out so.
    usable : (M, N) ndarray of bool
        Where there was a trial.
    """
    both = usable[:, 1:] & usable[:, :-1]
    if not both.any():
        return 1.0
    first, second = marks[:, :-1][both], marks[:, 1:][both]
    p = (first.mean() + second.mean()) / 2
    if not 0 < p < 1:
        return 1.0
    together = np.mean(first & second)
    correlation = min(max((together - p * p) / (p * (1 - p)), 0.0), 1.0)
    return float((1 - correlation) / (1 + correlation))

"""Learning rate as a function of how far a fit has come."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, Protocol

Schedule = Literal['constant', 'one_cycle']

# A fit that is continued after its schedule goes on with small steps.
_FLOOR = 0.02
_LONGEST_RISE = 0.2


class Factor(Protocol):
    """Part of the greatest learning rate that an iteration has."""

    def __call__(
        self, iteration: int, num_iter: int, warm_up: int | None = None
    ) -> float:
        """Return it, more than 0 and 1 at most."""


class Course(NamedTuple):
    """Course of the learning rate.

    Parameters
    ----------
    factor : callable
        From the iterations done and planned to the factor of the greatest
        rate.
    anneals : bool
        Whether it falls in the end, so that a fit that has seen all of it
        is complete.
    """

    factor: Factor
    anneals: bool


def constant(
    iteration: int, num_iter: int, warm_up: int | None = None
) -> float:
    """Return 1."""
    return 1.0


def one_cycle(
    iteration: int, num_iter: int, warm_up: int | None = None
) -> float:
    """Rise to 1, then fall to 2 %, both as a cosine.

    Parameters
    ----------
    iteration : int
        Iterations done; more than `num_iter` for a fit that was continued.
    num_iter : int
        Iterations planned.
    warm_up : int, optional
        Iterations that it rises for; a fifth of those planned at most, and
        unless given.

    References
    ----------
    .. [1] L. Smith, N. Topin, "Super-Convergence: Very Fast Training of
           Neural Networks Using Large Learning Rates", 2018.
    """
    rise = _LONGEST_RISE * num_iter
    if warm_up is not None:
        rise = min(rise, warm_up)
    if iteration < rise:
        return _cosine(0.04, 1.0, iteration / rise)
    rest = min(1.0, (iteration - rise) / (num_iter - rise))
    return _cosine(1.0, _FLOOR, rest)


SCHEDULES: dict[Schedule, Course] = {
    'constant': Course(constant, anneals=False),
    'one_cycle': Course(one_cycle, anneals=True),
}


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2

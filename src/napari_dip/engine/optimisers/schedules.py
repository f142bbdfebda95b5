"""Learning rate as a function of how far a fit has come."""

from __future__ import annotations

import math
from typing import Literal

Schedule = Literal['constant', 'one_cycle']

# A fit that is continued after its schedule goes on with small steps.
_FLOOR = 0.02
_LONGEST_RISE = 0.2


def learning_rate_factor(
    schedule: Schedule,
    iteration: int,
    num_iter: int,
    warm_up: int | None = None,
) -> float:
    """Factor of the greatest learning rate.

    Parameters
    ----------
    schedule : {'constant', 'one_cycle'}
        'one_cycle' rises at first and falls to 2 % after, both as a cosine.
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
    if schedule == 'constant':
        return 1.0
    rise = _LONGEST_RISE * num_iter
    if warm_up is not None:
        rise = min(rise, warm_up)
    if iteration < rise:
        return _cosine(0.04, 1.0, iteration / rise)
    rest = min(1.0, (iteration - rise) / (num_iter - rise))
    return _cosine(1.0, _FLOOR, rest)


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2

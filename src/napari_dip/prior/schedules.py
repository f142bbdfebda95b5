"""Learning rate as a function of how far a fit has come."""

from __future__ import annotations

import math
from typing import Literal

Schedule = Literal['constant', 'one_cycle']

# A fit that is continued after its schedule goes on with small steps.
_FLOOR = 0.02
_WARM_UP = 0.2


def learning_rate_factor(schedule: Schedule, progress: float) -> float:
    """Factor of the greatest learning rate.

    Parameters
    ----------
    schedule : {'constant', 'one_cycle'}
        'one_cycle' rises over the first fifth and falls to 2 % after, both
        as a cosine.
    progress : float
        Part of the planned iterations that is done; above 1 for a fit that
        was continued.

    References
    ----------
    .. [1] L. Smith, N. Topin, "Super-Convergence: Very Fast Training of
           Neural Networks Using Large Learning Rates", 2018.
    """
    if schedule == 'constant':
        return 1.0
    if progress < _WARM_UP:
        return _cosine(0.04, 1.0, progress / _WARM_UP)
    rest = min(1.0, (progress - _WARM_UP) / (1 - _WARM_UP))
    return _cosine(1.0, _FLOOR, rest)


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2

"""Where a fit stands, and why it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


#: Said of a fit that began with the weights of another.
WENT_ON = 'It went on from what the plane before had learnt.'


def name_channels(chosen: Sequence[bool]) -> str:
    """Begin a sentence on some channels of an image, or on all.

    Examples
    --------
    >>> name_channels([True, True]), name_channels([True, False, True])
    ('The image was', 'Of the channels, counted from 0, 0, 2 were')
    """
    if all(chosen):
        return 'The image was'
    numbers = ', '.join(str(i) for i, one in enumerate(chosen) if one)
    return f'Of the channels, counted from 0, {numbers} were'


class StopReason(Enum):
    """Why a fit ended; the value is shown to the user."""

    VARIANCE_MINIMUM = 'the estimate had settled and began to take up noise'
    HELD_OUT_MINIMUM = 'the error on held-out pixels stopped falling'
    PLANTED_MINIMUM = 'the error that planted noise tells stopped falling'
    SCHEDULE_COMPLETE = 'all planned iterations were done'
    MAX_NUM_ITER = 'all iterations asked for were done'
    TIME_LIMIT = 'the time limit was reached'
    USER = 'you stopped it'
    OUT_OF_MEMORY = 'the memory ran out; the best estimate so far was kept'
    DIVERGED = 'the fit diverged; the best estimate so far was kept'


@dataclass(frozen=True)
class FitState:
    """Where a fit stands after an iteration.

    `loss` and `metric` are the latest values that have left the device.

    Parameters
    ----------
    iteration : int
        Iterations done.
    num_iter : int
        Iterations planned; the fit may stop before.
    loss : float
        Data term.
    metric : float or None
        Stopping metric; None if there is none yet.
    best_iteration : int
        Iteration of the lowest stopping metric; in the end that of the
        estimate.
    reason : StopReason or None
        Why the fit ended; None while it goes on.
    """

    iteration: int
    num_iter: int
    loss: float
    metric: float | None
    best_iteration: int
    reason: StopReason | None = None


@dataclass(frozen=True)
class Trained:
    """What another fit can take over from one that has been done.

    Parameters
    ----------
    weights : tuple of Tensor
        Averaged weights of the network.
    iteration, num_iter : int
        Iterations done and planned.
    reason : StopReason
        Why the fit ended, or would have.
    """

    weights: tuple[Tensor, ...]
    iteration: int
    num_iter: int
    reason: StopReason

"""Where a restoration stands, and what was asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from napari_dip.device.clock import now, watched_by

if TYPE_CHECKING:
    from napari_dip.presets.settings import Settings


class Phase(Enum):
    """What a restoration is at; the value is shown to the user."""

    PREPARING = 'Preparing'
    FITTING = 'Fitting'
    SECOND = 'Second fit'
    ESTIMATE = 'Final estimate'
    FILTERS = 'Filters'
    UNCERTAINTY = 'Uncertainty'
    DONE = 'Done'

    @property
    def is_fit(self) -> bool:
        """Whether iterations are counted."""
        return self in (Phase.FITTING, Phase.SECOND)


@dataclass(frozen=True)
class Progress:
    """Where a restoration stands.

    Parameters
    ----------
    iteration, num_iter : int
        Iterations done and planned; it may stop before.
    loss : float
        Data term in the network's range; NaN before the first look.
    metric : float or None
        Stopping metric.
    best_iteration : int
        Iteration of the lowest stopping metric.
    elapsed : float
        Seconds of work so far, pauses not counted.
    remaining : float
        Seconds until there is a result, by what was measured so far; NaN
        before anything was.
    reason : str or None
        Why the iterations ended, in words; None while they go on.
    phase : Phase
        What it is at.
    metric_name : str
        What the stopping metric is; empty without one.
    plane, num_planes : int
        Which plane of a series it is at, counted from 1, and of how many.
    is_shared : bool
        Whether it fits the network of several planes, before any of these.
    """

    iteration: int
    num_iter: int
    loss: float
    metric: float | None
    best_iteration: int
    elapsed: float
    remaining: float
    reason: str | None
    phase: Phase = Phase.FITTING
    metric_name: str = ''

    @classmethod
    def preparing(cls, elapsed: float) -> Progress:
        """Where a restoration stands before its first iteration."""
        return cls(
            0,
            0,
            math.nan,
            None,
            0,
            elapsed,
            math.nan,
            None,
            Phase.PREPARING,
        )

    plane: int = 1
    num_planes: int = 1
    is_shared: bool = False

    @property
    def part(self) -> float:
        """Part of all the time that has passed, 0 to 1."""
        whole = self.elapsed + self.remaining
        return self.elapsed / whole if whole > 0 else 0.0


#: Called now and then in whatever takes long beside iterations. It may hold
#: the work; returning True ends it at once, with what there is.
Check = Callable[[Progress], object]


@contextmanager
def preparing(check: Check) -> Iterator[None]:
    """Context in which a restoration is prepared, told as its other phases.

    Parameters
    ----------
    check : callable
        As in :class:`~napari_dip.session.base.Restoration`. Where it ends
        the preparation, :class:`~napari_dip.device.clock.CutShort` is raised.
    """
    begun = now()

    def look(_: float | None) -> bool:
        return check(Progress.preparing(now() - begun)) is True

    with watched_by(look):
        look(None)
        yield


@dataclass(frozen=True)
class Brief:
    """What was asked for, to be written into the record.

    Parameters
    ----------
    task : str
        Name of the public function.
    arguments : dict
        Its arguments, the images aside.
    settings : Settings
        What the preset stands for.
    seed : int
        Seed of every draw.
    notes : tuple of str
        What the user should know of the data before the fit, a sentence each.
    threads : int or None
        Number of threads of all its computations; it decides the last bits.
        None on a GPU.
    """

    task: str
    arguments: dict[str, Any]
    settings: Settings
    seed: int
    notes: tuple[str, ...] = ()
    threads: int | None = None

"""How long a restoration has left: one clock over its fits and last steps."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.device.clock import Clock
from napari_dip.engine.problem import Neighbour
from napari_dip.engine.state import FitState
from napari_dip.forecast.work import Work, work_of
from napari_dip.latents.base import Latent
from napari_dip.presets.settings import Settings
from napari_dip.session.ending import Ending, Extent, Finished
from napari_dip.session.stages import Stage


class Timetable:
    """One clock over all fits and their last steps.

    Parameters
    ----------
    clock : Clock
        With what was spent, and the limit.
    stage : Stage
        The first fit.
    settings : Settings
        How it is done, and a second one after it.
    uncertainty : bool
        Whether the last steps of the first fit include it.
    """

    def __init__(
        self, clock: Clock, stage: Stage, settings: Settings, uncertainty: bool
    ) -> None:
        self.clock = clock
        self.ending = Ending(clock)
        self.work = _work(stage, settings)
        self._uncertainty = uncertainty
        self._later: Work | None = None
        clock.forget_speed()
        if settings.second is not None:
            later = _work(stage, settings.second, settings.binning)
            # Small windows take longer than they have to compute. Both fits
            # look at as many, so that an iteration takes about as long.
            self._later = replace(later, iteration=self.work.iteration)

    def begin_second(self, stage: Stage, settings: Settings) -> None:
        """Go on with the second fit, whose speed is its own."""
        self.work, self._later = _work(stage, settings), None
        self._uncertainty = False
        self.clock.forget_speed()

    def prepare(self, latent: Latent) -> bool:
        """Let a latent prepare itself; return whether a fit can draw."""
        return self.ending.prepare(latent, self.work)

    @property
    def whole(self) -> Extent:
        """All of the last steps."""
        return Extent.all_of(self.work, self._uncertainty)

    @property
    def last_steps(self) -> float:
        """Seconds that all of them take."""
        return self.whole.operations(self.work) * self.speed

    def extent(self, part: float) -> Extent:
        """What of the last steps is made after such a part of the fit."""
        left, speed = self.clock.left, self.clock.speed
        if left is not None:
            room = left / speed if speed else 0.0
            return self.whole.within(self.work, room)
        return self.whole if part >= 1 else self.whole.of_part(part)

    def finish(self, stage: Stage, part: float | None = None) -> Finished:
        """Make the last steps: all of them, or those of a part of a fit."""
        extent = self.whole if part is None else self.extent(part)
        return self.ending.make(stage, self.work, extent)

    def as_neighbour(self, stage: Stage, part: float) -> Neighbour | None:
        """Begin the last steps for the planes beside, if all will be made."""
        if self.extent(part) != self.whole:
            return None
        return self.ending.begin(stage, self.work)

    def is_due(self) -> bool:
        """Whether the fit has to end in time for its last steps."""
        limit, left, speed = self.clock.limit, self.clock.left, self.speed
        if limit is None or left is None:
            return False
        whole = self.whole.operations(self.work) * speed
        # Most of the time is the fit's.
        reserve = whole if whole <= limit / 2 else self.work.sample * speed
        return left - self.work.iteration * speed < reserve

    def is_over(self) -> bool:
        """Whether a long step has to end at once."""
        left = self.clock.left
        # Before the last steps there must be time for one sample at least.
        least = 0.0 if self.ending.phase else self.work.sample
        return left is not None and left <= least * self.speed

    @property
    def speed(self) -> float:
        """Seconds an operation."""
        return self.clock.speed

    def remaining(
        self, state: FitState, part: float, *, second: bool
    ) -> float:
        """Seconds until there is a result.

        Parameters
        ----------
        state : FitState
            Of the current fit.
        part : float
            As in :meth:`extent`.
        second : bool
            Whether the second fit is still to come.
        """
        work = self.work
        if self.ending.phase is not None:
            seconds = self.ending.remaining
        elif state.reason is not None:
            seconds = self.extent(part).operations(work) * self.speed
        else:
            to_do = (state.num_iter - state.iteration) * work.iteration
            to_do += work.compared * work.sample
            seconds = (to_do + self.whole.operations(work)) * self.speed
        if second and self._later is not None:
            later = self._later
            last = Extent.all_of(later).operations(later)
            seconds += (later.fit + last) * self.speed
        left = self.clock.left
        return seconds if left is None else max(min(seconds, left), 0.0)


def _work(stage: Stage, settings: Settings, finer: int = 1) -> Work:
    """Count the operations of a fit like that of a stage, maybe finer."""
    problem = stage.fit.problem
    assert problem is not None
    shape = tuple(finer * n for n in problem.image_shape)
    factors = problem.operator.image_shape((1,) * len(shape))
    missing = 1 - float(problem.known.mean())
    return work_of(settings, shape, problem.data.shape[1], factors, missing)

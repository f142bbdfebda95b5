"""The last steps of a fit, and how long a restoration has left.

Final estimate, filters and uncertainty are in proportion to the fit. Of one
that was stopped early fewer samples are averaged, and the filters, which take
as long whatever the fit was, are left out before half of it. A time limit
allows what there is time for, and whoever watches may end them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch

from napari_dip.device.choice import memory_in_words
from napari_dip.device.clock import Clock, CutShort
from napari_dip.engine.state import FitState
from napari_dip.filters.guard import refine_within_range
from napari_dip.forecast.work import Work, work_of
from napari_dip.latents.base import Latent
from napari_dip.presets.settings import Settings
from napari_dip.session.progress import Phase
from napari_dip.session.stages import Stage


class Finished(NamedTuple):
    """What the last steps give, ``(1, channels, height, width)`` each."""

    estimate: torch.Tensor
    deviation: torch.Tensor | None


@dataclass(frozen=True)
class Extent:
    """How much of the last steps is made.

    Parameters
    ----------
    num_samples : int
        Samples that the final estimate averages.
    filters, uncertainty : bool
        Whether these are made.
    why : str
        Why no more.
    """

    num_samples: int
    filters: bool
    uncertainty: bool
    why: str = 'as you ended it'

    @classmethod
    def all_of(cls, work: Work, uncertainty: bool = False) -> Extent:
        """Return all of them."""
        return cls(work.num_samples, True, uncertainty)

    def of_part(self, part: float) -> Extent:
        """Return what a part of a fit is worth."""
        return Extent(
            max(1, round(part * self.num_samples)),
            self.filters and part >= 1 / 2,
            self.uncertainty,
            'as the fit was stopped early',
        )

    def within(self, work: Work, operations: float) -> Extent:
        """Return what so many operations are enough for, a sample at least."""
        room = operations - work.sample
        filters = self.filters and work.filters <= room
        room -= work.filters * filters
        uncertainty = self.uncertainty and work.uncertainty <= room
        room -= work.uncertainty * uncertainty
        samples = 1 + int(max(room, 0) / work.sample) if work.sample else 1
        num_samples = min(samples, self.num_samples)
        return Extent(
            num_samples, filters, uncertainty, 'to keep the time limit'
        )

    def operations(self, work: Work) -> float:
        """Operations that it takes."""
        return (
            self.num_samples * work.sample
            + self.filters * work.filters
            + self.uncertainty * work.uncertainty
        )


class Ending:
    """Makes the steps before and after a fit, and tells how far they are.

    Parameters
    ----------
    clock : Clock
        That of the restoration.
    """

    def __init__(self, clock: Clock) -> None:
        #: What is made; None before and after.
        self.phase: Phase | None = None
        #: What was left out.
        self.notes: list[str] = []
        self._clock = clock
        self._since = 0.0
        self._steps: tuple[float, ...] = ()
        self._step = -1
        self._part = 0.0
        self._after = 0.0

    @property
    def remaining(self) -> float:
        """Seconds left of them, by their own speed before there is one."""
        spent = self._clock.elapsed - self._since
        speed, whole = self._clock.speed, sum(self._steps)
        now = whole * speed
        if self._part > 0:
            now = spent / self._part
            speed = speed or now / whole
        return max(now - spent, 0.0) + self._after * speed

    def note(self, part: float) -> None:
        """Take in how far a sample or filter is, of those of the phase."""
        self._step += part == 0
        if 0 <= self._step < len(self._steps):
            done = sum(self._steps[: self._step])
            done += part * self._steps[self._step]
            self._part = done / sum(self._steps)

    def prepare(self, latent: Latent, work: Work) -> bool:
        """Let a latent prepare itself; return whether a fit can draw."""
        after = work.fit - work.preparation
        after += Extent.all_of(work).operations(work)
        with self._during(Phase.PREPARING, (work.preparation,), after):
            return latent.prepare()

    def make(self, stage: Stage, work: Work, extent: Extent) -> Finished:
        """Make them.

        Parameters
        ----------
        stage : Stage
            Whose fit is looked at.
        work : Work
            What each step takes.
        extent : Extent
            How much of it is made.
        """
        self.notes = []
        if extent.num_samples < work.num_samples:
            self.notes.append(
                f'The final estimate averages {extent.num_samples} of '
                f'{work.num_samples} samples, {extent.why}.'
            )
        estimate = self._estimate(stage, work, extent)
        refined = self._filter(estimate, stage, work, extent)
        deviation = None
        if extent.uncertainty:
            steps = (work.uncertainty,)
            with self._during(Phase.UNCERTAINTY, steps), suppress(CutShort):
                deviation = stage.fit.deviation(refined)
            if deviation is None:
                self.notes.append(
                    'The uncertainty was left out, as you ended it.'
                )
        return Finished(refined, deviation)

    def _estimate(
        self, stage: Stage, work: Work, extent: Extent
    ) -> torch.Tensor:
        steps = tuple(extent.num_samples * step for step in work.sample_steps)
        after = extent.operations(work) - sum(steps)
        with self._during(Phase.ESTIMATE, steps, after):
            return stage.fit.estimate(extent.num_samples)

    def _filter(
        self,
        estimate: torch.Tensor,
        stage: Stage,
        work: Work,
        extent: Extent,
    ) -> torch.Tensor:
        fit, why = stage.fit, extent.why
        after = work.uncertainty * extent.uncertainty
        with memory_in_words(fit.device):
            if extent.filters or not work.filter_steps:
                with (
                    self._during(Phase.FILTERS, work.filter_steps, after),
                    suppress(CutShort),
                ):
                    return self._within_range(estimate, stage)
                why = Extent.why
            self.notes.append(f'The last filters were left out, {why}.')
            return self._within_range(estimate, stage, filters=False)

    def _within_range(
        self, estimate: torch.Tensor, stage: Stage, *, filters: bool = True
    ) -> torch.Tensor:
        problem = stage.fit.problem
        assert problem is not None
        problem = replace(problem, half=stage.fit.half)
        refined, notes = refine_within_range(
            estimate, problem, stage.filters, whole=filters
        )
        self.notes += [*dict.fromkeys(problem.notes), *notes]
        problem.notes.clear()
        return refined

    @contextmanager
    def _during(
        self, phase: Phase, steps: tuple[float, ...], after: float = 0.0
    ) -> Iterator[None]:
        self.phase, self._steps, self._after = phase, steps, after
        self._since, self._step, self._part = self._clock.elapsed, -1, 0.0
        try:
            yield
        finally:
            self.phase, self._steps = None, ()


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

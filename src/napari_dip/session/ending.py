"""The steps before and after a fit: how much of them is made, and making it.

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
from napari_dip.engine.problem import Neighbour, Problem
from napari_dip.filters.guard import refine_within_range
from napari_dip.filters.neighbours import SAID, part_chain
from napari_dip.filters.refinement import refine, work_of_chain
from napari_dip.forecast.work import Work
from napari_dip.latents.base import Latent
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
        #: Planes beside the one at hand.
        self.neighbours: tuple[Neighbour, ...] = ()
        self._begun: torch.Tensor | None = None
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

    def begin(self, stage: Stage, work: Work) -> Neighbour | None:
        """Make what comes before filters that look at other planes, if any."""
        problem, (alone, others) = stage.fit.problem, part_chain(stage.filters)
        if problem is None or not others:
            return None
        estimate = self._estimate(stage, work, Extent.all_of(work))
        with memory_in_words(stage.fit.device):
            self._begun = refine(estimate, problem, alone)
        return Neighbour(problem.data, problem.known, self._begun)

    def forget(self) -> None:
        """Forget what was begun, and the planes beside it."""
        self._begun, self.neighbours = None, ()

    def make(
        self,
        stage: Stage,
        work: Work,
        extent: Extent,
    ) -> Finished:
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
        self.notes, begun = [], self._begun
        if begun is not None:
            _, others = part_chain(stage.filters)
            stage = replace(stage, filters=others)
        else:
            if extent.num_samples < work.num_samples:
                self.notes.append(
                    f'The final estimate averages {extent.num_samples} of '
                    f'{work.num_samples} samples, {extent.why}.'
                )
            begun = self._estimate(stage, work, extent)
        refined = self._filter(begun, stage, work, extent)
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
        problem = stage.fit.problem
        assert problem is not None
        problem = replace(
            problem, half=stage.fit.half, neighbours=self.neighbours
        )
        fit, why = stage.fit, extent.why
        after = work.uncertainty * extent.uncertainty
        with memory_in_words(fit.device):
            if extent.filters or not work.filter_steps:
                # Of a plane that was begun the first are made.
                passes = len(work_of_chain(stage.filters))
                first = len(work.filter_steps) - passes
                steps = work.filter_steps[first:]
                with (
                    self._during(Phase.FILTERS, steps, after),
                    suppress(CutShort),
                ):
                    found = self._within_range(estimate, problem, stage)
                    self.notes += [SAID] if self.neighbours else []
                    return found
                why = Extent.why
            self.notes.append(f'The last filters were left out, {why}.')
            return self._within_range(estimate, problem, stage, filters=False)

    def _within_range(
        self,
        estimate: torch.Tensor,
        problem: Problem,
        stage: Stage,
        *,
        filters: bool = True,
    ) -> torch.Tensor:
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

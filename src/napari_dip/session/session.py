"""One restoration under way: an iterator of progress, array in and out."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.choice import PeakMemory, device_description
from napari_dip.device.clock import Clock, CutShort, watched_by
from napari_dip.engine.fit import Fit
from napari_dip.engine.problem import Neighbour
from napari_dip.engine.state import StopReason
from napari_dip.filters.refinement import preview
from napari_dip.presets.options import Learnt
from napari_dip.presets.settings import SETTLED
from napari_dip.session.base import Restoration, Snapshots
from napari_dip.session.ending import Finished
from napari_dip.session.progress import Brief, Phase, Progress
from napari_dip.session.record import Record, describe_reason
from napari_dip.session.stages import Past, Sequel, Stage, to_numpy
from napari_dip.session.timetable import Timetable


class Session(Restoration):
    """A restoration that is asked for one iteration at a time.

    Not asking for the next progress is a pause. It holds everything that the
    fit owns; :meth:`close` gives the memory back and leaves the result, the
    record and the snapshots.

    A time limit is for the whole: the fit ends in time for its last steps,
    unless these would take most of it. Then they are shortened.

    Where a second fit follows the first, its iterations are counted on. A
    restoration that was stopped before that keeps to the first.

    Parameters
    ----------
    stage : Stage
        The prepared fit.
    brief : Brief
        What was asked for.
    sequel : Sequel, optional
        A second fit, to follow when the first is complete.
    clock : Clock, optional
        With what was spent on the preparation, and the limit.
    uncertainty : bool
        Whether the record of the result holds its uncertainty.
    """

    def __init__(
        self,
        stage: Stage,
        brief: Brief,
        sequel: Sequel | None = None,
        *,
        clock: Clock | None = None,
        uncertainty: bool = False,
    ) -> None:
        self.brief = brief
        self.snapshots = Snapshots()
        self._stage = stage
        self._sequel = sequel
        self._past = Past()
        self._clock = clock = clock or Clock()
        self._times = Timetable(clock, stage, brief.settings, uncertainty)
        self._extended = False
        self._notes: list[str] = []
        device = stage.fit.device
        self._memory = PeakMemory(device)
        self._device = f'{device} ({device_description(device)})'
        self._result: NDArray[np.float32] | None = None
        self._uncertainty: NDArray[np.float32] | None = None
        self._pilot_uncertainty: NDArray[np.float32] | None = None
        self._spared: list[str] = []

    def __next__(self) -> Progress:
        """Do one iteration.

        Raises
        ------
        StopIteration
            If the restoration has ended.
        MemoryError
            If there is no room for even the first iteration.
        """
        if self.finished or self._fit.problem is None:
            raise StopIteration
        self._forget_result()
        with self._at_work(), watched_by(self._look):
            if self._times.prepare(self._fit.problem.latent):
                with self._clock.timing(self._times.work.iteration):
                    next(self._fit)
            else:
                self._fit.stop(self._cut_short() or StopReason.USER)
            self._keep_to_limit()
            self._follow()
        if self._fit.iteration % 10 == 1 or self.finished:
            self._memory.look()
        return self.progress

    @property
    def progress(self) -> Progress:
        """Where the restoration stands."""
        state, (done, planned) = self._fit.state(), self._counted()
        best = state.best_iteration
        ended = self.finished and not self._follows
        return Progress(
            done,
            planned,
            state.loss,
            state.metric,
            self._past.iterations + best if best else 0,
            self._clock.elapsed,
            self._remaining(),
            self._reason_text() if ended else None,
            self._phase(),
            self._fit.metric_name,
        )

    @property
    def finished(self) -> bool:
        """Whether its fits have ended; :meth:`extend` starts them again."""
        return self._fit.reason is not None

    def preview(self) -> NDArray[np.float32]:
        """Return a quick estimate, in the units and axes of the result."""
        if self._unsettled():
            return self._pilot_image()
        with self._at_work():
            estimate, problem = self._fit.estimate(1), self._fit.problem
            assert problem is not None
            image = preview(estimate, problem, self._stage.filters)
            return self._stage.output.to_image(to_numpy(image))

    def result(self) -> NDArray[np.float32]:
        """Return the best estimate so far, in the units of the data.

        Computed once; still there after :meth:`close` if it was asked for
        before. Of a fit that was stopped early, or has little time left, it
        takes less time; the record says what was left out.
        """
        if self._result is not None:
            return self._result
        if self._unsettled():
            self._uncertainty = self._pilot_uncertainty
            self._result = self._pilot_image()
            return self._result
        with self._at_work(), watched_by(self._look):
            kept = self._follow()
            if kept is not None:
                return kept
            found = self._times.finish(self._stage, self._part)
            return self._keep(found)

    def as_neighbour(self) -> Neighbour | None:
        """Return it as restored by itself, if filters of others may ask."""
        if self.finished and self._sequel is None:
            with self._at_work(), watched_by(self._look), suppress(CutShort):
                return self._times.as_neighbour(self._stage, self._part)
        return None

    def look_beside(self, neighbours: tuple[Neighbour, ...]) -> None:
        """Take in planes beside it, in which filters find similar blocks."""
        self._times.ending.neighbours = neighbours

    @property
    def last_steps(self) -> float:
        """Seconds that the last steps take, by the speed so far."""
        return self._times.last_steps

    def learnt(self) -> Learnt:
        """Return what it has learnt so far, for like images."""
        fits = self._past.and_learnt(self._stage).learnt
        return Learnt(self.brief.settings, fits)

    def stop(self) -> None:
        """End with the best estimate so far."""
        if not self.finished:
            with self._at_work(), watched_by(self._look):
                self._fit.stop(StopReason.USER)
                self._forget_result()

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Let an ended restoration go on for `num_iter` iterations."""
        # No other fit begins within them.
        self._fit.extend(num_iter)
        self._sequel = None
        self._extended = True
        self._go_on(time_limit)
        self._forget_result()

    def record(self) -> Record:
        """Return the account of what was done so far.

        It holds the uncertainty of the last :meth:`result`, if asked for.
        """
        return Record.of(
            self.brief,
            self._past.then(self._fit),
            device=self._device,
            reason=(self._fit.reason or StopReason.USER).name,
            reason_text=self._reason_text(),
            best_iteration=self.progress.best_iteration,
            noise=self._stage.output.describe_noise(),
            wall_time=self._clock.elapsed,
            peak_memory=self._memory.peak,
            uncertainty=self._uncertainty,
            notes=[
                *self.brief.notes,
                *self._notes,
                *self._fit.notes,
                *self._times.ending.notes,
                *self._spared,
            ],
        )

    def close(self) -> None:
        """Give the fit's memory back."""
        self._sequel = None
        self._times.ending.forget()
        self._fit.close()

    @property
    def _fit(self) -> Fit:
        return self._stage.fit

    @property
    def _follows(self) -> bool:
        """Whether the second fit is next."""
        return self._sequel is not None and self._sequel.follows(self._fit)

    @property
    def _part(self) -> float:
        """What of the fit was done, if the user has stopped it."""
        done, planned = self._counted()
        stopped = self._fit.reason is StopReason.USER
        return done / max(planned, 1) if stopped else 1.0

    def _counted(self) -> tuple[int, int]:
        """Iterations done and planned, of all fits."""
        past, fit = self._past.iterations, self._fit
        later = self._sequel.num_iter if self._sequel is not None else 0
        return past + fit.iteration, past + fit.num_iter + later

    def _follow(self) -> NDArray[np.float32] | None:
        """Go on with a second fit, if it is next; return what is kept else."""
        sequel = self._sequel
        if sequel is None or not sequel.follows(self._fit):
            return None
        first, settings = self._stage, self.brief.settings.second
        assert settings is not None
        try:
            found = self._times.finish(first)
            reason = self._cut_short()
            if reason is not None:
                first.fit.reason = reason
                return self._keep(found)
            self._pilot_uncertainty = self._to_deviation(found)
            pilot = first.output.to_planes(to_numpy(found.estimate))
            assert first.fit.problem is not None
            self._stage = sequel.begin(pilot, first.fit.problem)
        except MemoryError:
            first.fit.reason = StopReason.OUT_OF_MEMORY
            return None
        self._sequel = None
        ending = self._times.ending
        self._notes, ending.notes = self._notes + ending.notes, []
        self._times.begin_second(self._stage, settings)
        self._past = self._past.then(first.fit).and_learnt(first)
        first.fit.close()
        return None

    def _cut_short(self) -> StopReason | None:
        """Why the last long step was ended, if it was."""
        if self._in_haste:
            return StopReason.USER
        left = self._clock.left
        return None if left is None or left > 0 else StopReason.TIME_LIMIT

    def _keep_to_limit(self) -> None:
        if not self.finished and self._times.is_due():
            self._fit.stop(StopReason.TIME_LIMIT)
            self._forget_result()

    def _look(self, part: float | None) -> bool:
        """Tell who watches how far a long step is; whether to end it."""
        if part is not None:
            self._times.ending.note(part)
        return self._ask() or self._times.is_over()

    def _keep(self, found: Finished) -> NDArray[np.float32]:
        planes, self._spared = self._stage.to_planes(found.estimate)
        self._result = self._stage.output.in_axes(planes)
        self._uncertainty = self._to_deviation(found)
        return self._result

    def _phase(self) -> Phase:
        if self._times.ending.phase is not None:
            return self._times.ending.phase
        if self.finished:
            return Phase.ESTIMATE if self._result is None else Phase.DONE
        return Phase.SECOND if self._past.iterations else Phase.FITTING

    def _remaining(self) -> float:
        if self._phase() is Phase.DONE:
            return 0.0
        comes = self._follows or not (self.finished or self._sequel is None)
        state = self._fit.state()
        return self._times.remaining(state, self._part, second=comes)

    def _reason_text(self) -> str:
        return describe_reason(
            self._fit.reason or StopReason.USER,
            self.brief,
            limit=self._clock.limit,
            extended=self._extended,
        )

    def _unsettled(self) -> bool:
        """Whether the first of two fits is better than both."""
        fit = self._fit
        return self._stage.output.pilot is not None and (
            fit.iteration < min(SETTLED, fit.num_iter)
            or fit.reason is StopReason.DIVERGED
        )

    def _pilot_image(self) -> NDArray[np.float32]:
        output = self._stage.output
        assert output.pilot is not None
        return output.in_axes(output.pilot.copy())

    def _forget_result(self) -> None:
        # A closed fit gives no other.
        if self._fit.problem is not None:
            self._result = self._uncertainty = None
            self._times.ending.forget()
            self._spared = []

    def _to_deviation(self, found: Finished) -> NDArray[np.float32] | None:
        # A second fit sees all pixels. Its errors are mostly those of the
        # first (correlation 0.7 to 0.9), and little smaller.
        if self._pilot_uncertainty is not None or found.deviation is None:
            return self._pilot_uncertainty
        return self._stage.output.to_deviation(
            to_numpy(found.estimate), to_numpy(found.deviation)
        )

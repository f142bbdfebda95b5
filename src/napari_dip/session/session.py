"""One restoration under way: an iterator of progress, array in and out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip import __version__
from napari_dip.device.choice import device_description
from napari_dip.device.clock import Clock
from napari_dip.device.pace import watched_by
from napari_dip.device.peak_memory import PeakMemory
from napari_dip.engine.fit import Fit
from napari_dip.engine.state import StopReason
from napari_dip.filters.guard import find_harmed
from napari_dip.filters.refinement import preview
from napari_dip.forecast.work import Work, shapes_climbed, work_of
from napari_dip.presets.settings import Settings
from napari_dip.presets.shortening import SETTLED
from napari_dip.session.base import Restoration
from napari_dip.session.last_steps import Ending, Extent, Finished
from napari_dip.session.progress import Brief, Phase, Progress
from napari_dip.session.reasons import describe_reason
from napari_dip.session.record import Record
from napari_dip.session.snapshots import Snapshots
from napari_dip.session.stages import Past, Sequel, Stage


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
        self._sequel = sequel
        self._past = Past()
        self._clock = clock or Clock()
        self._ending = Ending(self._clock)
        self._in_haste = False
        self._extended = False
        self._follows = False
        # Of the planned iterations, where it was stopped.
        self._part = 1.0
        # What the fit has to say.
        self._notes: list[str] = []
        device = stage.fit.device
        self._memory = PeakMemory(device)
        self._device = f'{device} ({device_description(device)})'
        self._wants_uncertainty = uncertainty
        self._result: NDArray[np.float32] | None = None
        self._uncertainty: NDArray[np.float32] | None = None
        self._pilot_uncertainty: NDArray[np.float32] | None = None
        # Channels that were given back.
        self._harmed: list[bool] = []
        self._later: Work | None = None
        if sequel is not None and brief.settings.second is not None:
            self._later = _work(
                stage, brief.settings.second, brief.settings.binning
            )
        self._enter(stage, brief.settings)

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
            with self._clock.timing(self._work.iteration):
                next(self._fit)
            self._keep_to_limit()
            if self._sequel is not None and self._sequel.follows(self._fit):
                self._follow(self._sequel)
        if self._fit.iteration % 10 == 1 or self.finished:
            self._memory.look()
        return self.progress

    @property
    def progress(self) -> Progress:
        """Where the restoration stands."""
        state, past = self._fit.state(), self._past.iterations
        later = self._sequel.num_iter if self._sequel is not None else 0
        best = past + state.best_iteration if state.best_iteration else 0
        ended = self.finished and not self._follows
        return Progress(
            past + state.iteration,
            past + state.num_iter + later,
            state.loss,
            state.metric,
            best,
            self._clock.elapsed,
            self._remaining(),
            self._reason_text() if ended else None,
            self._phase(),
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
            estimate = self._fit.estimate(passes=1)
            problem = self._fit.problem
            assert problem is not None
            filters = self._stage.filters
            return self._to_image(preview(estimate, problem, filters))

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
            return self._keep(self._finish(self._extent()))

    def stop(self) -> None:
        """End with the best estimate so far."""
        if not self.finished:
            with self._at_work(), watched_by(self._look):
                self._end(StopReason.USER)

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Let an ended restoration go on for `num_iter` iterations."""
        # No other fit begins within them.
        self._fit.extend(num_iter)
        self._sequel = None
        self._extended = True
        self._in_haste = False
        self._clock.limit = None
        if time_limit is not None:
            self._clock.limit = self._clock.elapsed + time_limit
        self._forget_result()

    def record(self) -> Record:
        """Return the account of what was done so far.

        It holds the uncertainty of the last :meth:`result`, if asked for.
        """
        fit, brief = self._fit, self.brief
        done = self._past.then(fit)
        return Record(
            task=brief.task,
            version=__version__,
            arguments=brief.arguments,
            settings=brief.settings.to_dict(),
            seed=brief.seed,
            device=self._device,
            iterations=done.iterations,
            fits=done.fits,
            reason=(fit.reason or StopReason.USER).name,
            reason_text=self._reason_text(),
            best_iteration=self.progress.best_iteration,
            noise=self._stage.output.describe_noise(),
            wall_time=self._clock.elapsed,
            peak_memory=self._memory.peak,
            loss_history=done.losses,
            metric_history=done.metrics,
            uncertainty=self._uncertainty,
            notes=[
                *brief.notes,
                *self._notes,
                *self._ending.notes,
                *_given_back(self._harmed),
            ],
        )

    def close(self) -> None:
        """Give the fit's memory back."""
        self._sequel = None
        self._fit.close()

    @property
    def _fit(self) -> Fit:
        return self._stage.fit

    def _enter(self, stage: Stage, settings: Settings) -> None:
        self._stage = stage
        self._work = _work(stage, settings)
        self._clock.forget_speed()

    def _follow(self, sequel: Sequel) -> None:
        """Go on with the second fit, from what the first has found."""
        first = self._stage
        self._follows = True
        try:
            found = self._finish(self._whole())
            reason = self._cut_short()
            if reason is not None:
                first.fit.reason = reason
                self._keep(found)
                return
            self._pilot_uncertainty = self._to_deviation(found)
            pilot = first.output.to_planes(_to_numpy(found.estimate))
            second = sequel.begin(pilot)
        except MemoryError:
            first.fit.reason = StopReason.OUT_OF_MEMORY
            return
        finally:
            self._follows = False
        self._sequel = None
        assert self.brief.settings.second is not None
        self._notes += self._ending.notes
        self._ending.notes = []
        self._enter(second, self.brief.settings.second)
        self._past = self._past.then(first.fit)
        first.fit.close()

    def _cut_short(self) -> StopReason | None:
        """Why the last steps of the first fit were ended, if they were."""
        if self._in_haste:
            return StopReason.USER
        left = self._clock.left
        late = left is not None and left <= 0
        return StopReason.TIME_LIMIT if late else None

    def _end(self, reason: StopReason) -> None:
        now = self.progress
        self._part = now.iteration / max(now.num_iter, 1)
        self._fit.stop(reason)
        self._forget_result()

    def _keep_to_limit(self) -> None:
        """End the fit in time for the last steps."""
        limit, left = self._clock.limit, self._clock.left
        if limit is None or left is None or self.finished:
            return
        speed = self._clock.speed
        whole = self._whole().operations(self._work) * speed
        # Most of the time is the fit's.
        reserve = whole if whole <= limit / 2 else self._work.sweep * speed
        if left - self._work.iteration * speed < reserve:
            self._end(StopReason.TIME_LIMIT)

    def _look(self, part: float | None) -> bool:
        """Tell who watches how far a long step is; whether to end it."""
        if part is not None:
            self._ending.note(part)
        if self.check is not None:
            with self._clock.held():
                answer = self.check(self.progress)
            if isinstance(answer, (bool, np.bool_)) and answer:
                self._in_haste = True
        left = self._clock.left
        if left is None or self._in_haste:
            return self._in_haste
        # Before the last steps there must be time for one look at least.
        least = 0.0 if self._ending.phase else self._work.sweep
        return left <= least * self._clock.speed

    def _whole(self) -> Extent:
        """All of the last steps."""
        wanted = self._wants_uncertainty and self._pilot_uncertainty is None
        return Extent(self._work.passes, True, wanted)

    def _extent(self) -> Extent:
        """What of the last steps is made."""
        whole, left = self._whole(), self._clock.left
        if left is not None:
            speed = self._clock.speed
            return whole.within(self._work, left / speed if speed else 0.0)
        if self._fit.reason is StopReason.USER:
            return whole.of_part(self._part)
        return whole

    def _finish(self, extent: Extent) -> Finished:
        return self._ending.make(self._stage, self._work, extent)

    def _keep(self, found: Finished) -> NDArray[np.float32]:
        output, problem = self._stage.output, self._fit.problem
        planes = output.to_planes(_to_numpy(found.estimate))
        if output.data is not None and not output.keep_known:
            assert problem is not None
            split = self.brief.settings.latent.splits_repeats
            shared = split or bool(output.shared)
            self._harmed = find_harmed(found.estimate, problem, shared=shared)
            output.give_back(planes, self._harmed)
        self._result = output.in_axes(planes)
        self._uncertainty = self._to_deviation(found)
        return self._result

    def _phase(self) -> Phase:
        if self._ending.phase is not None:
            return self._ending.phase
        if self.finished:
            return Phase.ESTIMATE if self._result is None else Phase.DONE
        return Phase.SECOND if self._past.iterations else Phase.FITTING

    def _remaining(self) -> float:
        """Seconds until there is a result."""
        speed, work = self._clock.speed, self._work
        if self._ending.phase is not None:
            seconds = self._ending.remaining
        elif self._result is not None and self.finished:
            return 0.0
        elif self.finished:
            seconds = self._extent().operations(work) * speed
        else:
            state = self._fit.state()
            to_do = (state.num_iter - state.iteration) * work.iteration
            to_do += work.compared * work.sweep
            to_do += self._whole().operations(work)
            seconds = to_do * speed
        goes_on = self._follows or not self.finished
        if self._sequel is not None and self._later is not None and goes_on:
            seconds += self._later.all * speed
        left = self._clock.left
        return seconds if left is None else max(min(seconds, left), 0.0)

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
            fit.iteration < SETTLED or fit.reason is StopReason.DIVERGED
        )

    def _pilot_image(self) -> NDArray[np.float32]:
        output = self._stage.output
        assert output.pilot is not None
        return output.in_axes(output.pilot.copy())

    def _forget_result(self) -> None:
        # A closed fit gives no other.
        if self._fit.problem is not None:
            self._result = self._uncertainty = None
            self._harmed = []

    def _to_deviation(self, found: Finished) -> NDArray[np.float32] | None:
        if self._pilot_uncertainty is not None:
            # A second fit sees all pixels. Its errors are mostly those of the
            # first (correlation 0.7 to 0.9), and little smaller.
            return self._pilot_uncertainty
        if found.deviation is None:
            return None
        return self._stage.output.to_deviation(
            _to_numpy(found.estimate), _to_numpy(found.deviation)
        )

    def _to_image(self, estimate: torch.Tensor) -> NDArray[np.float32]:
        return self._stage.output.to_image(_to_numpy(estimate))


def _given_back(harmed: list[bool]) -> list[str]:
    """Say which channels are as they were."""
    if not any(harmed):
        return []
    what = 'The image was'
    if not all(harmed):
        numbers = ', '.join(str(i) for i, back in enumerate(harmed) if back)
        what = f'Of the channels, counted from 0, {numbers} were'
    told = f'{what} given back as before'
    return [f'{told}: the fit changed more than there is noise to speak of.']


def _to_numpy(estimate: torch.Tensor) -> NDArray[np.float32]:
    planes: NDArray[np.float32] = estimate[0].float().cpu().numpy()
    return planes


def _work(stage: Stage, settings: Settings, finer: int = 1) -> Work:
    """Count the operations of a fit like that of a stage, maybe finer."""
    problem = stage.fit.problem
    assert problem is not None
    height, width = problem.image_shape
    rows, columns = problem.data.shape[-2:]
    steps = settings.latent.steps(problem.operator.image_shape((1, 1)))
    climbed = shapes_climbed((rows, columns), steps)
    return work_of(
        settings,
        (finer * height, finer * width),
        problem.data.shape[1],
        climbed,
    )

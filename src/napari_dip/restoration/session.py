"""One restoration under way: an iterator of progress, array in and out."""

from __future__ import annotations

import time

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip import __version__
from napari_dip.prior.device import device_description, memory_in_words
from napari_dip.prior.fit import Fit
from napari_dip.prior.fit_state import FitState
from napari_dip.prior.stopping import StopReason
from napari_dip.restoration import refinement
from napari_dip.restoration.memory import PeakMemory
from napari_dip.restoration.progress import Brief, Progress
from napari_dip.restoration.protocol import Restoration
from napari_dip.restoration.record import Record
from napari_dip.restoration.snapshots import Snapshots
from napari_dip.restoration.stages import SETTLED, Past, Sequel, Stage


class Session(Restoration):
    """A restoration that is asked for one iteration at a time.

    Not asking for the next progress is a pause. It holds everything that the
    fit owns; :meth:`close` gives the memory back and leaves the result, the
    record and the snapshots.

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
    uncertainty : bool
        Whether the record of the result holds its uncertainty.
    """

    def __init__(
        self,
        stage: Stage,
        brief: Brief,
        sequel: Sequel | None = None,
        *,
        uncertainty: bool = False,
    ) -> None:
        self.brief = brief
        self.snapshots = Snapshots()
        self._stage = stage
        self._sequel = sequel
        self._past = Past()
        fit = stage.fit
        self._elapsed = 0.0
        # What the fit and the last steps have to say.
        self._notes: list[str] = []
        self._memory = PeakMemory(fit.device)
        self._device = f'{fit.device} ({device_description(fit.device)})'
        self._wants_uncertainty = uncertainty
        self._result: NDArray[np.float32] | None = None
        self._uncertainty: NDArray[np.float32] | None = None
        self._pilot_uncertainty: NDArray[np.float32] | None = None

    def __next__(self) -> Progress:
        """Do one iteration.

        Raises
        ------
        StopIteration
            If the restoration has ended.
        MemoryError
            If there is no room for even the first iteration.
        """
        start = time.monotonic()
        next(self._fit)
        if self._sequel is not None and self._fit.reason is not None:
            self._follow(self._sequel)
        self._elapsed += time.monotonic() - start
        self._forget_result()
        if self._fit.iteration % 10 == 1 or self.finished:
            self._memory.look()
        return self.progress

    @property
    def progress(self) -> Progress:
        """Where the restoration stands."""
        return self._progress(self._fit.state())

    @property
    def finished(self) -> bool:
        """Whether it has ended; :meth:`extend` starts it again."""
        return self._fit.reason is not None

    def preview(self) -> NDArray[np.float32]:
        """Return a quick estimate, in the units and axes of the result."""
        if self._unsettled():
            return self._pilot_image()
        estimate = self._fit.estimate(passes=1)
        problem = self._fit.problem
        assert problem is not None
        return self._to_image(
            refinement.preview(estimate, problem, self._stage.refinement)
        )

    def result(self) -> NDArray[np.float32]:
        """Return the best estimate so far, in the units of the data.

        Computed once; still there after :meth:`close` if it was asked for
        before.
        """
        if self._result is None:
            start = time.monotonic()
            if self._unsettled():
                self._result = self._pilot_image()
                self._uncertainty = self._pilot_uncertainty
            else:
                refined = self._refined()
                self._result = self._to_image(refined)
                if self._wants_uncertainty:
                    self._uncertainty = self._deviation(refined)
            self._elapsed += time.monotonic() - start
        return self._result

    def stop(self) -> None:
        """End with the best estimate so far."""
        if not self.finished:
            self._fit.stop(StopReason.USER)
            self._forget_result()

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Let an ended restoration go on for `num_iter` iterations."""
        # No other fit begins within them.
        self._sequel = None
        self._fit.extend(num_iter, time_limit)
        self._forget_result()

    def record(self) -> Record:
        """Return the account of what was done so far.

        It holds the uncertainty of the last :meth:`result`, if asked for.
        """
        fit, brief = self._fit, self.brief
        reason = fit.reason or StopReason.USER
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
            reason=reason.name,
            reason_text=reason.value,
            best_iteration=self.progress.best_iteration,
            noise=self._stage.output.describe_noise(),
            wall_time=self._elapsed,
            peak_memory=self._memory.peak,
            loss_history=done.losses,
            figure_history=done.figures,
            uncertainty=self._uncertainty,
            notes=[*brief.notes, *self._notes],
        )

    def sweep(self) -> None:
        """Make all passes of an estimate, for the time that they take."""
        self._fit.estimate()
        self.synchronise()

    def synchronise(self) -> None:
        """Wait until the device has done what it was asked for."""
        self._fit.loss_history()

    def close(self) -> None:
        """Give the fit's memory back."""
        self._sequel = None
        self._fit.close()

    @property
    def _fit(self) -> Fit:
        return self._stage.fit

    def _follow(self, sequel: Sequel) -> None:
        """Go on with the second fit, from what the first has found."""
        if not sequel.follows(self._fit):
            return
        self._sequel = None
        first = self._stage
        try:
            refined = self._refined()
            if self._wants_uncertainty:
                self._pilot_uncertainty = self._deviation(refined)
            pilot = first.output.to_planes(_to_numpy(refined))
            self._stage = sequel.begin(pilot, self._time_left())
        except MemoryError:
            first.fit.reason = StopReason.OUT_OF_MEMORY
            return
        self._past = self._past.then(first.fit)
        first.fit.close()

    def _time_left(self) -> float | None:
        limit = self._fit.time_limit
        return None if limit is None else max(limit - self._fit.spent, 0.0)

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

    def _refined(self) -> torch.Tensor:
        estimate = self._fit.estimate()
        problem = self._fit.problem
        assert problem is not None
        with memory_in_words(self._fit.device):
            return refinement.refine(estimate, problem, self._stage.refinement)

    def _forget_result(self) -> None:
        # A closed fit gives no other.
        if self._fit.problem is not None:
            self._result = self._uncertainty = None

    def _progress(self, state: FitState) -> Progress:
        """Count the state's iterations on from those of the past."""
        past = self._past.iterations
        later = self._sequel.num_iter if self._sequel is not None else 0
        iteration = past + state.iteration
        num_iter = past + state.num_iter + later
        best = past + state.best_iteration if state.best_iteration else 0
        left = max(num_iter - iteration, 0)
        ended = state.reason is not None
        return Progress(
            iteration,
            num_iter,
            state.loss,
            state.figure,
            best,
            self._elapsed,
            0.0 if ended else self._elapsed * left / max(iteration, 1),
            state.reason.value if state.reason else None,
        )

    def _deviation(self, estimate: torch.Tensor) -> NDArray[np.float32]:
        if self._pilot_uncertainty is not None:
            # A second fit sees all pixels. Its errors are mostly those of the
            # first (correlation 0.7 to 0.9), and little smaller.
            return self._pilot_uncertainty
        output = self._stage.output
        deviation = self._fit.deviation(estimate)
        return output.to_deviation(_to_numpy(estimate), _to_numpy(deviation))

    def _to_image(self, estimate: torch.Tensor) -> NDArray[np.float32]:
        return self._stage.output.to_image(_to_numpy(estimate))


def _to_numpy(estimate: torch.Tensor) -> NDArray[np.float32]:
    planes: NDArray[np.float32] = estimate[0].float().cpu().numpy()
    return planes

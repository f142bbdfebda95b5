"""One restoration under way: an iterator of progress, array in and out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip import __version__
from napari_dip.prior.device import device_description, memory_in_words
from napari_dip.prior.fit import Fit, FitState
from napari_dip.prior.stopping import StopReason
from napari_dip.restoration.memory import PeakMemory
from napari_dip.restoration.output import Output
from napari_dip.restoration.record import Record
from napari_dip.restoration.refinement import refine
from napari_dip.restoration.settings import Settings
from napari_dip.restoration.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class Progress:
    """Where a restoration stands.

    Parameters
    ----------
    iteration, num_iter : int
        Iterations done and planned; it may stop before.
    loss : float
        Data term in the network's range; NaN before the first look.
    figure : float or None
        Stopping figure.
    best_iteration : int
        Iteration of the lowest stopping figure.
    elapsed : float
        Seconds of work so far, pauses not counted.
    remaining : float
        Seconds until the planned iterations are done.
    reason : str or None
        Why it ended, in words; None while it goes on.
    """

    iteration: int
    num_iter: int
    loss: float
    figure: float | None
    best_iteration: int
    elapsed: float
    remaining: float
    reason: str | None


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
    """

    task: str
    arguments: dict[str, Any]
    settings: Settings
    seed: int


class Session(Iterator[Progress]):
    """A restoration that is asked for one iteration at a time.

    Not asking for the next progress is a pause. It holds everything that the
    fit owns; :meth:`close` gives the memory back and leaves the result, the
    record and the snapshots.

    Parameters
    ----------
    fit : Fit
        The prepared fit.
    output : Output
        Way from an estimate to the user's image.
    brief : Brief
        What was asked for.
    """

    def __init__(self, fit: Fit, output: Output, brief: Brief) -> None:
        self.brief = brief
        self.snapshots = Snapshots()
        self._fit = fit
        self._output = output
        self._elapsed = 0.0
        self._memory = PeakMemory(fit.device)
        self._device = f'{fit.device} ({device_description(fit.device)})'
        self._result: NDArray[np.float32] | None = None

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
        state = next(self._fit)
        self._elapsed += time.monotonic() - start
        self._forget_result()
        if state.iteration % 10 == 1 or state.reason:
            self._memory.look()
        return self._progress(state)

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
        return self._to_image(self._fit.estimate(passes=1))

    def take_snapshot(self) -> Snapshot:
        """Keep a quick estimate among the snapshots and return it."""
        snapshot = Snapshot(self._fit.iteration, self.preview())
        self.snapshots.add(snapshot)
        return snapshot

    def result(self) -> NDArray[np.float32]:
        """Return the best estimate so far, in the units of the data.

        Computed once; still there after :meth:`close` if it was asked for
        before.
        """
        if self._result is None:
            start = time.monotonic()
            self._result = self._to_image(self._refined())
            self._elapsed += time.monotonic() - start
        return self._result

    def stop(self) -> None:
        """End with the best estimate so far."""
        if not self.finished:
            self._fit.stop(StopReason.USER)
            self._forget_result()

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Let an ended restoration go on for `num_iter` iterations."""
        self._fit.extend(num_iter, time_limit)
        self._forget_result()

    def record(self) -> Record:
        """Return the account of what was done so far."""
        fit, brief = self._fit, self.brief
        reason = fit.reason or StopReason.USER
        return Record(
            task=brief.task,
            version=__version__,
            arguments=brief.arguments,
            settings=brief.settings.to_dict(),
            seed=brief.seed,
            device=self._device,
            iterations=fit.iteration,
            reason=reason.name,
            reason_text=reason.value,
            best_iteration=fit.state().best_iteration,
            noise=self._output.describe_noise(),
            wall_time=self._elapsed,
            peak_memory=self._memory.peak,
            loss_history=fit.loss_history(),
            figure_history=fit.figure_history(),
        )

    def synchronise(self) -> None:
        """Wait until the device has done what it was asked for."""
        self._fit.loss_history()

    def close(self) -> None:
        """Give the fit's memory back."""
        self._fit.close()

    def _refined(self) -> torch.Tensor:
        estimate = self._fit.estimate()
        problem = self._fit.problem
        assert problem is not None
        with memory_in_words(self._fit.device):
            return refine(estimate, problem, self.brief.settings.refinement)

    def _forget_result(self) -> None:
        # A closed fit gives no other.
        if self._fit.problem is not None:
            self._result = None

    def _progress(self, state: FitState) -> Progress:
        done = max(state.iteration, 1)
        left = max(state.num_iter - state.iteration, 0)
        ended = state.reason is not None
        return Progress(
            state.iteration,
            state.num_iter,
            state.loss,
            state.figure,
            state.best_iteration,
            self._elapsed,
            0.0 if ended else self._elapsed * left / done,
            state.reason.value if state.reason else None,
        )

    def _to_image(self, estimate: torch.Tensor) -> NDArray[np.float32]:
        planes = estimate[0].float().cpu().numpy()
        return self._output.to_image(planes)

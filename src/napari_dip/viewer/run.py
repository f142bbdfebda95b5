"""One run: from Start to a layer, with a worker between."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QThreadPool
from superqt.utils import GeneratorWorker

from napari_dip.viewer.job import Job, Outcome, RestorationError, Update

if TYPE_CHECKING:
    from napari_dip.viewer.tasks import Task


class State(Enum):
    """What a run is doing; the value is shown to the user."""

    IDLE = 'Ready'
    PREPARING = 'Preparing …'
    RUNNING = 'Running'
    PAUSED = 'Paused'
    FINISHING = 'Computing the final estimate …'
    FINISHED = 'Finished'
    RELEASED = 'Finished, memory released'
    DISCARDED = 'Discarded'
    FAILED = 'Failed'

    @property
    def is_busy(self) -> bool:
        """Whether a worker is at it."""
        return self in _BUSY


_BUSY = {State.PREPARING, State.RUNNING, State.PAUSED, State.FINISHING}


class Run:
    """Owns the worker and says what happens; knows neither forms nor layers.

    Parameters
    ----------
    task : Task
        What to do.
    preview_rate : float
        Most previews a second.
    job : Job, optional
        What the worker does; made from the task unless given.
    """

    state_changed = Signal(State)
    updated = Signal(Update)
    finished = Signal(Outcome)
    failed = Signal(str)
    ended = Signal()

    # A run outlives the form that started it.
    _active: ClassVar[set[Run]] = set()

    def __init__(
        self, task: Task, preview_rate: float, job: Job | None = None
    ) -> None:
        self.state = State.IDLE
        self._job = job or Job(task, preview_rate)
        self._worker: GeneratorWorker | None = None

    def start(self) -> None:
        """Begin."""
        self._launch(0)

    def extend(self, num_iter: int) -> None:
        """Go on for `num_iter` iterations after the end."""
        if self.state is State.FINISHED:
            self._launch(num_iter)

    def pause(self) -> None:
        """Stop asking for iterations."""
        if self.state is State.RUNNING:
            self._job.pause()
            self._enter(State.PAUSED)

    def resume(self) -> None:
        """Go on after a pause."""
        if self.state is State.PAUSED:
            self._job.resume()
            self._enter(State.RUNNING)

    def stop(self) -> None:
        """End with the best estimate so far."""
        if self.state in (State.RUNNING, State.PAUSED):
            self._job.stop()
            self._enter(State.FINISHING)

    def discard(self) -> None:
        """End without a result; the worker ends in its own time."""
        if self.state.is_busy and self._worker is not None:
            self._worker.quit()
            self._enter(State.DISCARDED)

    def release(self) -> None:
        """Give back the memory of a run that has ended."""
        if self.state is State.FINISHED:
            self._job.release()
            self._enter(State.RELEASED)

    def _launch(self, extend_by: int) -> None:
        self._active.add(self)
        self._enter(State.PREPARING)
        _lend_thread()
        # superqt's own class: napari's would also report an error in a
        # traceback of its own.
        self._worker = create_worker(
            self._job.work,
            extend_by,
            _worker_class=GeneratorWorker,
            _connect={
                'yielded': self._on_yielded,
                'returned': self._on_returned,
                'errored': self._on_errored,
                'finished': self._on_finished,
            },
        )

    def _on_yielded(self, update: Update | None) -> None:
        if update is None or not self.state.is_busy:
            return
        if self.state is State.PREPARING:
            self._enter(State.RUNNING)
        self.updated.emit(update)

    def _on_returned(self, outcome: Outcome | None) -> None:
        if outcome is not None and self.state.is_busy:
            self._enter(State.FINISHED)
            self.finished.emit(outcome)

    def _on_errored(self, error: Exception) -> None:
        if not self.state.is_busy:
            return
        self._enter(State.FAILED)
        self.failed.emit(describe_error(error))

    def _on_finished(self) -> None:
        _return_thread()
        self._worker = None
        if self.state.is_busy:
            # Aborted from outside: the window closes.
            self._enter(State.DISCARDED)
        if self.state is not State.FINISHED:
            self._job.release()
        self._active.discard(self)
        self.ended.emit()

    def _enter(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)


def describe_error(error: BaseException) -> str:
    """Say in a sentence what went wrong."""
    text = str(error).strip() or type(error).__name__
    if isinstance(error, (ValueError, TypeError, MemoryError)):
        return text
    if isinstance(error, RestorationError):
        return f'The restoration failed: {text}'
    return f'The restoration failed ({type(error).__name__}): {text}'


def _lend_thread() -> None:
    """Let napari's other workers have as many threads as before.

    A run, above all a paused one, would take one of the few in the pool for
    minutes, and on two cores two runs would block every other worker.
    """
    QThreadPool.globalInstance().releaseThread()


def _return_thread() -> None:
    QThreadPool.globalInstance().reserveThread()


def active_runs() -> tuple[Any, ...]:
    """Runs whose workers have not ended."""
    return tuple(Run._active)

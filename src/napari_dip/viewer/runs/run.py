"""One run: from Start to a layer, with a worker between."""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QThreadPool
from superqt.utils import GeneratorWorker

from napari_dip.session.progress import Phase
from napari_dip.viewer.errors import describe_error
from napari_dip.viewer.panel.words import describe_seconds
from napari_dip.viewer.runs.job import Failure, Outcome, Update
from napari_dip.viewer.runs.work import Work

if TYPE_CHECKING:
    from napari_dip.images.stacks.stack import Index
    from napari_dip.viewer.runs.job import Job

_logger = logging.getLogger(__name__)


class State(Enum):
    """What a run is doing; the value is shown to the user."""

    IDLE = 'Ready.'
    RUNNING = 'Running.'
    PAUSED = 'Paused.'
    FINISHING = 'Computing the final estimate …'
    FINISHED = 'Finished.'
    RELEASED = 'Finished; the memory is released.'
    DISCARDED = 'Discarded.'
    ABANDONED = 'Ended with its window.'
    FAILED = 'Failed.'

    @property
    def is_busy(self) -> bool:
        """Whether a worker is at it."""
        return self in _BUSY


# What happens to a run whose window is closed.
_LOSS = 'closing now loses its estimate'

_BUSY = {State.RUNNING, State.PAUSED, State.FINISHING}


class Sink(Protocol):
    """Where the estimates of a run go."""

    def show_update(self, update: Update) -> None:
        """Show a preview, if the update has one."""

    def show_outcome(self, outcome: Outcome) -> None:
        """Show the result."""

    def discard(self) -> None:
        """Take back what was shown since the last result."""

    def fail(self, message: str) -> None:
        """Keep what there is."""

    def close(self) -> None:
        """Let go of all layers and images."""


class Run:
    """Owns the worker and says what happens; knows neither forms nor layers.

    Parameters
    ----------
    job : Job
        What the worker does.
    sink : Sink
        Where the estimates go.
    name : str
        What it does, such as 'Denoise "cells"'.
    """

    state_changed = Signal(State)
    updated = Signal(Update)
    finished = Signal(Outcome)
    failed = Signal(str)

    # Runs with a worker: they outlive the form that started them.
    _active: ClassVar[set[Run]] = set()

    def __init__(
        self, job: Job, sink: Sink, name: str = 'Restoration'
    ) -> None:
        self.state = State.IDLE
        #: Whether there is anything to keep yet.
        self.has_estimate = False
        self._job = job
        self._sink = sink
        self._name = name
        self._worker: GeneratorWorker | None = None
        self._work = Work(job.work)
        self._remaining: float | None = None
        self._is_orphan = False

    @classmethod
    def any_active(cls) -> bool:
        """Whether any worker is at it."""
        return bool(cls._active)

    def start(self) -> None:
        """Begin."""
        if self.state is State.IDLE:
            self._launch(0)

    def extend(self, num_iter: int) -> None:
        """Go on for `num_iter` iterations after the end."""
        if self.state is State.FINISHED and self._worker is None:
            self._launch(num_iter)

    def pause(self) -> None:
        """Hold it, be it in the fit or in the last steps."""
        if self.state in (State.RUNNING, State.FINISHING):
            self._job.pause()
            self._enter(State.PAUSED)

    def resume(self) -> None:
        """Go on after a pause."""
        if self.state is State.PAUSED:
            self._job.resume()
            self._enter(State.RUNNING)

    def stop(self) -> None:
        """End with the best estimate so far; again, the last steps too."""
        if not self.has_estimate:
            self.discard()
        elif self.state in (State.RUNNING, State.PAUSED, State.FINISHING):
            self._job.stop()
            self._enter(State.FINISHING)

    def show_plane(self, place: Index) -> None:
        """Make previews of this plane, while the network of it is fitted."""
        self._job.show_plane(place)

    def discard(self) -> None:
        """End without a result; the worker ends in its own time."""
        if self.state.is_busy and self._worker is not None:
            self._worker.quit()
            self._sink.discard()
            self._enter(State.DISCARDED)

    def release(self) -> None:
        """Give back the memory of a run that has ended."""
        if self.state is State.FINISHED:
            self._let_go()
            self._enter(State.RELEASED)

    def orphan(self) -> None:
        """Release the memory as soon as the run has ended."""
        self._is_orphan = True
        self.release()

    def _launch(self, extend_by: int) -> None:
        self._active.add(self)
        self._enter(State.RUNNING)
        _add_thread(1)
        self._work = Work(self._job.work, extend_by)
        self._remaining = None
        self._work.words = self._describe()
        # superqt's own class: napari's may also report an error by itself,
        # with a traceback.
        self._worker = create_worker(
            self._work,
            _worker_class=GeneratorWorker,
            _start_thread=False,
            _connect={
                'yielded': self._on_yielded,
                'returned': self._on_returned,
                'errored': self._on_errored,
                'warned': _log_warning,
                'finished': self._on_finished,
            },
        )
        worker = self._worker
        self._job.watch(worker.yielded.emit, lambda: worker.abort_requested)
        worker.start()

    def _on_yielded(self, update: Update | None) -> None:
        if update is None or not self.state.is_busy:
            return
        prepared = update.progress.phase is not Phase.PREPARING
        if prepared and not self.has_estimate:
            self.has_estimate = True
            self._enter(self.state)
        if prepared:
            self._remaining = update.progress.remaining
        self._tell_napari()
        self._sink.show_update(update)
        self.updated.emit(update)

    def _tell_napari(self) -> None:
        """Keep up to date what napari says when it is to be closed."""
        words = self._describe()
        if self._worker is not None and self._work.words != words:
            self._work.words = words
            # napari takes the words of a worker when it starts.
            self._worker.started.emit()

    def _describe(self) -> str:
        """Say what is done, how far it is, and what closing would cost."""
        told = self._name
        if self.state is State.PAUSED:
            told += ', paused'
        if self._remaining is not None:
            told += f', about {describe_seconds(self._remaining)} left'
        return f'{told}; {_LOSS}'

    def _on_returned(self, outcome: Outcome | Failure | None) -> None:
        if outcome is None or not self.state.is_busy:
            return
        if isinstance(outcome, Failure):
            self._fail(outcome.message)
            return
        self._sink.show_outcome(outcome)
        self._enter(State.FINISHED)
        self.finished.emit(outcome)

    def _on_errored(self, error: Exception) -> None:
        if self.state.is_busy:
            self._fail(describe_error(error))

    def _fail(self, message: str) -> None:
        self._sink.fail(message)
        self._enter(State.FAILED)
        self.failed.emit(message)

    def _on_finished(self) -> None:
        _add_thread(-1)
        self._worker = None
        self._active.discard(self)
        if self.state.is_busy:
            # Aborted from outside: the window closes, and with it go the
            # layers.
            self._enter(State.ABANDONED)
        if self.state is not State.FINISHED:
            self._let_go()
        elif self._is_orphan:
            self.release()

    def _let_go(self) -> None:
        self._job.release()
        self._sink.close()

    def _enter(self, state: State) -> None:
        self.state = state
        if state.is_busy:
            self._tell_napari()
        self.state_changed.emit(state)


def _log_warning(warning: tuple[Any, ...]) -> None:
    """Log a warning: while a worker runs, superqt hands it all there are."""
    message, category, *_ = warning
    _logger.warning('%s: %s', category.__name__, message)


def _add_thread(number: int) -> None:
    """Let napari's other workers have as many threads as before.

    A run, above all a paused one, would take one of the few in the pool for
    minutes; on two cores two runs would block every other worker.
    """
    # Not releaseThread(): with that, Qt no longer waits for the worker when
    # napari is left.
    pool = QThreadPool.globalInstance()
    assert pool is not None
    pool.setMaxThreadCount(pool.maxThreadCount() + number)

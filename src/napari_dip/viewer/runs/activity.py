"""The bar in napari's activity dock, for when the form is out of sight."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from napari.utils.progress import cancelable_progress

if TYPE_CHECKING:
    from napari_dip.session.progress import Progress
    from napari_dip.viewer.runs.job import Update
    from napari_dip.viewer.runs.run import Run, State


# Seconds between two moves of the bar: napari paints everything at each.
_INTERVAL = 1.0
#: Steps of a whole bar.
FULL = 1000


class Activity:
    """Bar of a run: appears when it has gone on for a while, goes at its end.

    Parameters
    ----------
    name : str
        What is going on.
    run : Run
        Run to follow, about to start.
    """

    def __init__(self, name: str, run: Run) -> None:
        self._name = name
        self._run = run
        self._bar: Bar | None = None
        self._next_move: float | None = None
        self._has_layer = False
        # Of a method the signals would keep but a weak reference, and nobody
        # else keeps this object.
        self._connections = [
            (run.updated, lambda update: self._show_update(update)),
            (run.state_changed, lambda state: self._show_state(state)),
        ]
        for signal, slot in self._connections:
            signal.connect(slot)

    def _show_update(self, update: Update) -> None:
        now = time.monotonic()
        if self._next_move is None:
            self._next_move = now + _INTERVAL
        if update.preview is not None and not self._has_layer:
            # The first preview adds a layer, which is enough at a time.
            self._has_layer = True
            return
        if now < self._next_move:
            return
        # Set before the rest, for napari handles events in the midst of it:
        # the next update may be one of them, and the end of the run.
        self._next_move = now + _INTERVAL
        if self._bar is None:
            self._bar = Bar(self._name, self._run.stop)
        if self._run.state.is_busy:
            self._bar.show_progress(update.progress)
        else:
            self._close()

    def _show_state(self, state: State) -> None:
        if state.is_busy:
            return
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._close()

    def _close(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.close()


class Bar(cancelable_progress):
    """Bar with a Cancel button that works.

    napari calls the callback of a bar only from its iterator, which a bar
    that follows a worker does not have.

    Parameters
    ----------
    name : str
        What is going on.
    cancel : callable
        Called by the Cancel button.
    """

    def __init__(self, name: str, cancel: Callable[[], None]) -> None:
        super().__init__(total=FULL, desc=name, leave=False)
        self._cancel = cancel

    def cancel(self) -> None:
        """End what is going on."""
        super().cancel()
        self._cancel()

    def show_progress(self, progress: Progress) -> None:
        """Move the bar."""
        # Of all phases; what is left may turn out to be more.
        self.update(max(round(FULL * progress.part) - self.n, 0))

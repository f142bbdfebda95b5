"""The bar in napari's activity dock, for when the form is out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.utils.progress import cancelable_progress

from napari_dip.viewer.run import Run, State

if TYPE_CHECKING:
    from napari_dip.viewer.job import Update


class Activity(cancelable_progress):
    """Bar with a Cancel button that works; lives while its run does.

    napari calls the callback of a bar only from its iterator, which a bar
    that follows a worker does not have.

    Parameters
    ----------
    name : str
        What is going on.
    run : Run
        Run to follow, about to start.
    """

    def __init__(self, name: str, run: Run) -> None:
        super().__init__(total=0, desc=name, leave=False)
        self._run = run
        run.updated.connect(self._show_update)
        run.state_changed.connect(self._show_state)

    def cancel(self) -> None:
        """End the run, with a result if there can be one."""
        super().cancel()
        if self._run.state is State.PREPARING:
            self._run.discard()
        else:
            self._run.stop()

    def _show_update(self, update: Update) -> None:
        progress = update.progress
        self.total = progress.num_iter
        # napari handles events in the midst of this, so that the next update
        # may come before it returns.
        self.update(progress.iteration - self.n)

    def _show_state(self, state: State) -> None:
        if not state.is_busy:
            self._run.updated.disconnect(self._show_update)
            self._run.state_changed.disconnect(self._show_state)
            self.close()

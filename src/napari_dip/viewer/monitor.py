"""What a run is doing, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container, Label, ProgressBar

from napari_dip.viewer.curve import Curve
from napari_dip.viewer.run import State

if TYPE_CHECKING:
    from napari_dip.restoration.session import Progress
    from napari_dip.viewer.job import Outcome, Update


class Monitor(Container):
    """Progress bar, course of the fit, and why it ended."""

    def __init__(self) -> None:
        self.bar = ProgressBar(min=0, max=100)
        self.status = Label(value=State.IDLE.value)
        self.curve = Curve()
        super().__init__(labels=False, widgets=[self.bar, self.status])
        self.margins = (0, 0, 0, 0)
        self.status.native.setWordWrap(True)
        self.native.layout().addWidget(self.curve)

    def clear(self) -> None:
        """Forget the last run."""
        self.curve.clear()
        self.bar.value = 0

    def show_state(self, state: State) -> None:
        """Say what is going on."""
        self.status.value = state.value

    def show_update(self, update: Update) -> None:
        """Show where a run stands."""
        progress = update.progress
        self.curve.extend(update.curve, progress.best_iteration)
        self._show_progress(progress)
        self.status.value = describe_progress(progress)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show how a run ended."""
        progress = outcome.progress
        self.curve.extend(outcome.curve, progress.best_iteration)
        self._show_progress(progress)
        self.status.value = describe_end(progress)

    def _show_progress(self, progress: Progress) -> None:
        self.bar.max = progress.num_iter
        self.bar.value = progress.iteration


def describe_progress(progress: Progress) -> str:
    """Iterations and times in a line."""
    return (
        f'{progress.iteration:,} of {progress.num_iter:,} iterations · '
        f'{describe_seconds(progress.elapsed)} · '
        f'{describe_seconds(progress.remaining)} left'
    )


def describe_end(progress: Progress) -> str:
    """Why and when it ended, in a sentence."""
    return (
        f'Ended at {progress.iteration:,} of {progress.num_iter:,} '
        f'iterations after {describe_seconds(progress.elapsed)}: '
        f'{progress.reason}.'
    )


def describe_seconds(seconds: float) -> str:
    """Return a duration as a person would say it.

    Examples
    --------
    >>> describe_seconds(7.2), describe_seconds(95), describe_seconds(7200)
    ('7 s', '1 min 35 s', '2 h 0 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f'{whole} s'
    if whole < 3600:
        return f'{whole // 60} min {whole % 60} s'
    return f'{whole // 3600} h {whole % 3600 // 60} min'

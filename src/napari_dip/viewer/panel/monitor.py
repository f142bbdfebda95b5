"""What a run is doing, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container, Label, ProgressBar

from napari_dip.viewer.panel.curve import Curve
from napari_dip.viewer.panel.text import prepare_label
from napari_dip.viewer.panel.words import (
    describe_end,
    describe_noise,
    describe_notes,
    describe_progress,
)
from napari_dip.viewer.runs.activity import FULL
from napari_dip.viewer.runs.run import State

if TYPE_CHECKING:
    from napari_dip.viewer.runs.job import Outcome, Update


class Monitor(Container):
    """Progress bar, course of the fit, and why it ended."""

    def __init__(self) -> None:
        self.bar = ProgressBar(
            name='progress',
            min=0,
            max=FULL,
            tooltip='Part of the time that has passed, of all phases.',
        )
        self.status = Label(name='status')
        self.curve = Curve()
        self._state = State.IDLE
        # The bar stands beside the buttons, which are always in sight.
        super().__init__(labels=False, widgets=[self.status])
        self.margins = (0, 0, 0, 0)
        prepare_label(self.status, lines=2)
        self.native.layout().insertWidget(0, self.curve)
        self.status.visible = self.bar.visible = False
        self.curve.hide()

    def clear(self) -> None:
        """Forget the last run."""
        self.curve.clear()
        self.curve.hide()
        self.bar.value = 0

    def say(self, text: str) -> None:
        """Show a sentence."""
        self.status.value = text
        self.status.visible = True

    def show_state(self, state: State) -> None:
        """Say what is going on."""
        if state.is_busy and not self._state.is_busy:
            self.bar.value = 0
        self._state = state
        self.bar.visible = state.is_busy
        self.say(state.value)

    def show_update(self, update: Update) -> None:
        """Show where a run stands."""
        progress = update.progress
        self.curve.extend(
            update.curve, progress.best_iteration, progress.metric_name
        )
        self.curve.setVisible(self.curve.has_points)
        # Of all phases; what is left may turn out to be more.
        part = round(FULL * progress.part)
        self.bar.value = max(self.bar.value, part)
        text = describe_progress(progress)
        if self._state is State.PAUSED:
            self.say(f'Paused: {text}')
        elif self._state.is_busy:
            self.say(text)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show how a run ended."""
        progress = outcome.progress
        self.curve.extend(
            outcome.curve, progress.best_iteration, progress.metric_name
        )
        self.curve.compare(outcome.curves)
        self.bar.value = FULL
        noise = describe_noise(outcome.record)
        notes = describe_notes(
            outcome.record.get('notes', []), progress.num_planes
        )
        self.say(
            ' '.join(filter(None, [describe_end(progress), noise, notes]))
        )

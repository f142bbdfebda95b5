"""The buttons of a run, and which of them mean something when."""

from __future__ import annotations

from magicgui.widgets import Container, PushButton, SpinBox

from napari_dip.viewer.run import State

_UNDER_WAY = {State.RUNNING, State.PAUSED}


class Buttons(Container):
    """Start, pause, stop, discard, continue and release."""

    def __init__(self) -> None:
        self.start = _button('Start', 'Restore the chosen layer.')
        self.pause = _button(
            'Pause', 'Hold the restoration; Resume goes on where it was.'
        )
        self.stop = _button(
            'Stop and keep', 'End now with the best estimate so far.'
        )
        self.discard = _button(
            'Discard', 'End now and remove the preview of this run.'
        )
        self.more = _button(
            'Continue by', 'Go on with the finished restoration.'
        )
        self.num_iter = SpinBox(
            name='num_iter',
            value=200,
            min=1,
            max=100_000,
            step=100,
            tooltip='Iterations that Continue adds.',
        )
        self.release = _button(
            'Release memory',
            'Give back the memory of the finished restoration. The result '
            'stays; Continue and the choice of earlier estimates go.',
        )
        self.copy_script = _button(
            'Copy as Python',
            'Copy a script that makes the shown result again.',
        )
        super().__init__(
            labels=False,
            widgets=[
                _row(self.start, self.pause),
                _row(self.stop, self.discard),
                _row(self.more, self.num_iter),
                _row(self.copy_script, self.release),
            ],
        )
        self.margins = (0, 0, 0, 0)
        self.show_state(State.IDLE)
        self.copy_script.enabled = False

    def show_state(self, state: State) -> None:
        """Enable what can be done in a state."""
        self.start.enabled = not state.is_busy
        self.pause.enabled = state in _UNDER_WAY
        self.pause.text = 'Resume' if state is State.PAUSED else 'Pause'
        self.stop.enabled = state in _UNDER_WAY
        self.discard.enabled = state.is_busy
        for widget in (self.more, self.num_iter, self.release):
            widget.enabled = state is State.FINISHED


def _button(text: str, tooltip: str) -> PushButton:
    return PushButton(text=text, tooltip=tooltip)


def _row(*widgets: PushButton | SpinBox) -> Container:
    row = Container(layout='horizontal', labels=False, widgets=widgets)
    row.margins = (0, 0, 0, 0)
    return row

"""The buttons of a run: at each moment those that mean something."""

from __future__ import annotations

from magicgui.widgets import Container, PushButton, SpinBox

from napari_dip.viewer.panel.text import row
from napari_dip.viewer.runs.run import State

_MORE = 'Continue by'
_CONTINUE = 'Go on with the finished restoration.'
_OTHERS = 'Restore the planes that are left.'


class Buttons:
    """Start, pause, stop and discard, and what can be done with a result.

    `control` is always in sight; `result` appears with a result.
    """

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
        self.more = _button(_MORE, _CONTINUE)
        self.num_iter = SpinBox(
            name='num_iter',
            label='iterations to add',
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
        self.save = _button(
            'Save result …',
            'Write the shown result into a file: TIFF with the size of a '
            'pixel and how the result was made, PNG or NPY; as it is, or as '
            'the type of the source.',
        )
        self.control = row(self.start, self.pause, self.stop, self.discard)
        self._continue = row(self.more, self.num_iter)
        self._keep = row(self.save, self.copy_script)
        self.result = Container(
            labels=False, widgets=[self._continue, self._keep, self.release]
        )
        self.result.margins = (0, 0, 0, 0)
        self.show_state(State.IDLE, has_result=False)

    def show_state(
        self, state: State, has_result: bool, *, has_estimate: bool = False
    ) -> None:
        """Offer what can be done.

        Parameters
        ----------
        state : State
            What the run is doing.
        has_result : bool
            Whether there is a result of it, or of the one before.
        has_estimate : bool
            Whether there is anything to keep of a run that goes on.
        """
        busy = state.is_busy
        self.start.visible = not busy
        for widget in (self.pause, self.stop, self.discard):
            widget.visible = busy
        self.pause.text = 'Resume' if state is State.PAUSED else 'Pause'
        self.stop.enabled = has_estimate
        self.result.visible = has_result and not busy
        self._continue.visible = state is State.FINISHED
        self.release.visible = state is State.FINISHED

    def show_continue(
        self, nothing_left: str, *, in_planes: bool = False
    ) -> None:
        """Offer to continue, or say why not.

        Parameters
        ----------
        nothing_left : str
            Why what has ended cannot go on; empty if it can.
        in_planes : bool
            Whether it goes on with planes that are left, not iterations.
        """
        self._continue.enabled = not nothing_left
        self.more.text = 'Continue' if in_planes else _MORE
        self.num_iter.visible = not in_planes
        told = _OTHERS if in_planes else _CONTINUE
        self.more.tooltip = nothing_left or told


def _button(text: str, tooltip: str) -> PushButton:
    return PushButton(text=text, tooltip=tooltip)

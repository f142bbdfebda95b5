"""The lower half of a form: start, watch and end a run."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from magicgui.widgets import Container
from napari.components import Dims
from napari.qt.threading import create_worker
from napari.utils.notifications import show_error, show_warning
from psygnal import Signal
from qtpy.QtWidgets import QApplication
from superqt.utils import FunctionWorker

from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.layers.stream import Iterate, Stream
from napari_dip.viewer.layers.timeline import Timeline
from napari_dip.viewer.panel.buttons import Buttons
from napari_dip.viewer.panel.monitor import Monitor
from napari_dip.viewer.panel.scrolling import ScrollArea
from napari_dip.viewer.panel.shown_plane import ShownPlane
from napari_dip.viewer.runs.activity import Activity
from napari_dip.viewer.runs.job import Job, Outcome, Update
from napari_dip.viewer.runs.run import Run, State
from napari_dip.viewer.script import as_python

if TYPE_CHECKING:
    from napari.components import LayerList

    from napari_dip.viewer.request import Request


class RunPanel(Container):
    """Buttons, monitor and timeline of the run that a form started.

    All but the bar and the buttons of the run scrolls in a low window.

    Parameters
    ----------
    entries : Container, optional
        Entries of the form, to scroll above the course of the run.
    dims : Dims, optional
        Sliders of the viewer.
    """

    start_asked = Signal()
    state_changed = Signal(State)

    def __init__(
        self, entries: Container | None = None, dims: Dims | None = None
    ) -> None:
        self.run: Run | None = None
        self.stream: Stream | None = None
        self._farewell: weakref.finalize | None = None
        self.buttons = Buttons()
        self.monitor = Monitor()
        self.shown_plane = ShownPlane(dims or Dims())
        self.timeline = Timeline()
        above = [] if entries is None else [entries]
        scrolled: Container = Container(
            labels=False,
            widgets=[
                *above,
                self.monitor,
                self.shown_plane,
                self.timeline,
                self.buttons.result,
            ],
        )
        scrolled.margins = (0, 0, 0, 0)
        self.footer: Container = Container(
            labels=False, widgets=[self.monitor.bar, self.buttons.control]
        )
        self.footer.margins = (0, 0, 0, 0)
        super().__init__(labels=False, widgets=[scrolled, self.footer])
        self.margins = (0, 0, 0, 0)
        self.scroll_area = ScrollArea(scrolled.native)
        self.native.layout().insertWidget(0, self.scroll_area)
        self.timeline.visible = False
        self._connect_buttons()
        self.timeline.chosen.connect(self._show_iterate)
        self.native.destroyed.connect(self._forget_run)

    def begin(
        self, request: Request, layers: LayerList, preview_rate: float
    ) -> None:
        """Start a run; the last one's memory is released.

        Parameters
        ----------
        request : Request
            What to do.
        layers : LayerList
            Where the result goes.
        preview_rate : float
            Most previews a second.
        """
        self._forget_run()
        self.monitor.clear()
        self.timeline.show_iterates([])
        self.stream = Stream(request, layers)
        run = self.run = Run(
            Job(request, preview_rate), self.stream, request.title()
        )
        # Should the form die before the run is released.
        self._farewell = weakref.finalize(self, run.orphan)
        run.state_changed.connect(self._show_state)
        run.updated.connect(self._show_update)
        run.finished.connect(self._show_outcome)
        run.failed.connect(self._show_failure)
        self.shown_plane.follow(request.image, self.stream, run.show_plane)
        Activity(request.result_name(), run)
        run.start()
        self.scroll_area.show_end()

    def warn(self, message: str) -> None:
        """Say what keeps a run from starting, where it stays readable."""
        self.monitor.say(message)
        self.scroll_area.show_end()
        show_warning(message)

    def toggle_pause(self) -> None:
        """Pause or resume."""
        if self.run is None:
            return
        if self.run.state is State.PAUSED:
            self.run.resume()
        else:
            self.run.pause()

    def stop(self) -> None:
        """End with the best estimate so far."""
        if self.run is not None:
            self.run.stop()

    def discard(self) -> None:
        """End without a result."""
        if self.run is not None:
            self.run.discard()

    def extend(self) -> None:  # type: ignore[override]
        """Go on after the end."""
        if self.run is not None:
            Activity('Deep image prior', self.run)
            self.run.extend(self.buttons.num_iter.value)
            self.scroll_area.show_end()

    def release(self) -> None:
        """Give the memory back."""
        if self.run is not None:
            self.run.release()

    def copy_as_python(self) -> None:
        """Put the script that makes the result again on the clipboard."""
        clipboard = QApplication.clipboard()
        if clipboard is None or self.stream is None:
            return
        if self.stream.provenance is not None:
            clipboard.setText(as_python(self.stream.provenance))
            self.monitor.say('Copied as Python.')

    def save(self) -> None:
        """Ask for a file and write the shown result into it."""
        # Not before: the writers of files take a moment to load.
        from napari_dip.viewer.layers.saving import (
            ask_for_destination,
            offer,
            save,
            to_stored,
        )

        layer = None if self.stream is None else self.stream.layer
        if layer is None:
            self.monitor.say('The layer of the result is gone.')
            return
        image = to_stored(layer)
        filters = offer(image, layer.metadata[METADATA_KEY]['source']['dtype'])
        destination = ask_for_destination(self.native, layer.name, filters)
        if destination is None:
            return
        self.monitor.say(f'Saving {destination.path.name} …')
        create_worker(
            save,
            image,
            destination,
            _worker_class=FunctionWorker,
            _connect={'returned': self.monitor.say},
        )

    def _connect_buttons(self) -> None:
        buttons = self.buttons
        buttons.start.clicked.connect(self.start_asked.emit)
        buttons.pause.clicked.connect(self.toggle_pause)
        buttons.stop.clicked.connect(self.stop)
        buttons.discard.clicked.connect(self.discard)
        buttons.more.clicked.connect(self.extend)
        buttons.release.clicked.connect(self.release)
        buttons.copy_script.clicked.connect(self.copy_as_python)
        buttons.save.clicked.connect(self.save)

    def _show_state(self, state: State) -> None:
        has_result = (
            self.stream is not None and self.stream.provenance is not None
        )
        self.buttons.show_state(
            state,
            has_result,
            has_estimate=self.run is not None and self.run.has_estimate,
        )
        self.monitor.show_state(state)
        if state is not State.FINISHED:
            self.timeline.show_iterates([])
        if state in (State.DISCARDED, State.FAILED):
            self.shown_plane.forget()
        if state in (State.FINISHED, State.FAILED):
            self.scroll_area.show_end()
        self.state_changed.emit(state)

    def _show_update(self, update: Update) -> None:
        self.monitor.show_update(update)
        if update.preview is not None:
            planes = update.progress.num_planes
            self.shown_plane.take(update.preview.image, planes)

    def _show_outcome(self, outcome: Outcome) -> None:
        self.monitor.show_outcome(outcome)
        planes = outcome.progress.num_planes
        if outcome.nothing_left:
            # Planes that are empty in the source stay so.
            self.shown_plane.forget()
        else:
            self.shown_plane.take(outcome.image, planes)
        self.buttons.show_continue(outcome.nothing_left, in_planes=planes > 1)
        if self.stream is not None:
            self.timeline.show_iterates(self.stream.iterates)

    def _show_failure(self, message: str) -> None:
        # napari's own notice is gone after some seconds.
        self.monitor.say(message)
        show_error(message)

    def _show_iterate(self, iterate: Iterate) -> None:
        if self.stream is not None:
            self.stream.show_iterate(iterate)

    def _forget_run(self) -> None:
        run, self.run = self.run, None
        self.shown_plane.forget()
        if run is None:
            return
        if self._farewell is not None:
            self._farewell.detach()
        run.state_changed.disconnect(self._show_state)
        run.updated.disconnect(self._show_update)
        run.finished.disconnect(self._show_outcome)
        run.failed.disconnect(self._show_failure)
        run.orphan()

"""What the forms of all tasks share."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from magicgui.widgets import ComboBox, Container
from napari.layers import Image
from napari.utils.notifications import show_error, show_warning

from napari_dip.restoration.choices import PRESETS
from napari_dip.viewer.forms.advanced import Advanced
from napari_dip.viewer.forms.buttons import Buttons
from napari_dip.viewer.layers import describe_image
from napari_dip.viewer.monitor import Monitor
from napari_dip.viewer.preferences import read_preferences
from napari_dip.viewer.run import Run, State
from napari_dip.viewer.stream import Stream
from napari_dip.viewer.tasks import Choices, Task

if TYPE_CHECKING:
    from magicgui.widgets.bases import Widget
    from napari.viewer import Viewer

_NO_CHANNELS = 'none'


class RestorationForm(Container):
    """Form of one task, the run that it started, and what became of it.

    Parameters
    ----------
    napari_viewer : Viewer
        Where layers are chosen and the result goes.
    """

    #: What the form does, on its first line.
    task_name: ClassVar[str]

    def __init__(self, napari_viewer: Viewer) -> None:
        preferences = read_preferences()
        self._layers = napari_viewer.layers
        self._run: Run | None = None
        self._stream: Stream | None = None
        self.image = self.layer_choice(Image, 'image', 'Layer to restore.')
        self.channel_axis = ComboBox(
            name='channel_axis',
            label='channel axis',
            choices=[_NO_CHANNELS, '0', '1', '2'],
            tooltip='Axis of the layer that holds channels.',
        )
        self.preset = ComboBox(
            name='preset',
            value=preferences.preset,
            choices=PRESETS,
            tooltip=(
                'From the quickest to the most thorough; "ulyanov2018" is '
                'the published recipe, which takes hours on a CPU.'
            ),
        )
        self.advanced = Advanced()
        self.advanced.device.value = preferences.device
        self.buttons = Buttons()
        self.monitor = Monitor()
        fields = Container(
            widgets=[
                self.image,
                self.channel_axis,
                *self.task_fields(),
                self.preset,
            ]
        )
        fields.margins = (0, 0, 0, 0)
        super().__init__(
            labels=False, widgets=[fields, self.buttons, self.monitor]
        )
        self.native.layout().insertWidget(1, self.advanced.fold())
        self._connect()
        self._show_channel_axis()

    @abstractmethod
    def task_fields(self) -> list[Widget]:
        """Make the widgets of the task itself."""

    @abstractmethod
    def make_task(self) -> Task:
        """Make the task from the entries.

        Raises
        ------
        ValueError
            If an entry does not fit the layers.
        """

    def layer_choice(
        self, kind: type, name: str, tooltip: str, nullable: bool = False
    ) -> ComboBox:
        """Make a choice among the layers of a kind."""

        def choices(_: object) -> list[tuple[str, Any]]:
            return [
                (layer.name, layer)
                for layer in self._layers
                if type(layer) is kind
            ]

        return ComboBox(
            name=name, choices=choices, tooltip=tooltip, nullable=nullable
        )

    def chosen_image(self) -> Image:
        """Return the image layer.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.image.value is None:
            raise ValueError('There is no image layer; open an image first.')
        layer: Image = self.image.value
        return layer

    def chosen_channel_axis(self) -> int | None:
        """Return the channel axis of a layer that is not RGB."""
        layer = self.image.value
        if layer is None or layer.ndim != 3:
            return None
        text = self.channel_axis.value
        return None if text == _NO_CHANNELS else int(text)

    def choices(self) -> Choices:
        """Return the options."""
        return Choices(
            preset=self.preset.value,
            seed=self.advanced.seed.value,
            device=self.advanced.device.value,
            max_num_iter=self.advanced.read_max_num_iter(),
            time_limit=self.advanced.read_time_limit(),
        )

    def image_source(self) -> Any:
        """Describe the chosen image layer."""
        return describe_image(self.chosen_image(), self.chosen_channel_axis())

    def start(self) -> None:
        """Start a run, or say what keeps it from starting."""
        try:
            task = self.make_task()
        except ValueError as error:
            show_warning(str(error))
            return
        if self._run is not None:
            self._run.release()
        self._begin(Run(task, read_preferences().preview_rate), task)

    def _begin(self, run: Run, task: Task) -> None:
        self._run = run
        self._stream = Stream(run, task, self._layers)
        run.state_changed.connect(self._show_state)
        run.updated.connect(self.monitor.show_update)
        run.finished.connect(self._show_outcome)
        run.failed.connect(self._show_failure)
        self.monitor.clear()
        run.start()

    def _connect(self) -> None:
        buttons = self.buttons
        self.image.changed.connect(self._show_channel_axis)
        buttons.start.clicked.connect(self.start)
        buttons.pause.clicked.connect(self._toggle_pause)
        buttons.stop.clicked.connect(lambda: self._run and self._run.stop())
        buttons.discard.clicked.connect(self._discard)
        buttons.extend.clicked.connect(self._extend)
        buttons.release.clicked.connect(
            lambda: self._run and self._run.release()
        )

    def _show_channel_axis(self) -> None:
        layer = self.image.value
        self.channel_axis.visible = (
            layer is not None and layer.ndim == 3 and not layer.rgb
        )

    def _toggle_pause(self) -> None:
        if self._run is None:
            return
        if self._run.state is State.PAUSED:
            self._run.resume()
        else:
            self._run.pause()

    def _discard(self) -> None:
        if self._run is not None:
            self._run.discard()

    def _extend(self) -> None:
        if self._run is not None:
            self._run.extend(self.buttons.num_iter.value)

    def _show_state(self, state: State) -> None:
        self.buttons.show_state(state)
        self.monitor.show_state(state)

    def _show_outcome(self, outcome: Any) -> None:
        self.monitor.show_outcome(outcome)

    def _show_failure(self, message: str) -> None:
        show_error(message)

"""What the forms of all tasks share."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from magicgui.widgets import CheckBox, ComboBox, Container
from napari.layers import Image, Layer

from napari_dip.presets.choices import PRESETS
from napari_dip.viewer.errors import describe_error
from napari_dip.viewer.forms.advanced import Advanced
from napari_dip.viewer.forms.departures import Departures
from napari_dip.viewer.forms.memory import Memory
from napari_dip.viewer.forms.plane import PlaneLabel, channel_axes
from napari_dip.viewer.layers.layers import describe_image
from napari_dip.viewer.panel.access import name_entries, order_tabs
from napari_dip.viewer.panel.outlook import Outlook, Question
from napari_dip.viewer.panel.panel import RunPanel
from napari_dip.viewer.panel.text import align
from napari_dip.viewer.preferences import read_preferences
from napari_dip.viewer.tasks import Choices, Task

if TYPE_CHECKING:
    from collections.abc import Hashable

    from magicgui.widgets.bases import ValueWidget
    from napari.viewer import Viewer

    from napari_dip.viewer.forms.folding import Section
    from napari_dip.viewer.layers.layers import ImageSource
    from napari_dip.viewer.panel.outlook import Read
    from napari_dip.viewer.runs.run import State

# Pixels: labels, entries and the longest button text fit.
_WIDTH = 330


class RestorationForm(Container):
    """Form of one task.

    Parameters
    ----------
    napari_viewer : Viewer
        Where layers are chosen and the result goes.
    """

    #: Name of the public function.
    function: ClassVar[str]

    def __init__(self, napari_viewer: Viewer) -> None:
        self._layers = napari_viewer.layers
        self._dims = napari_viewer.dims
        self._layer_choices: list[ComboBox] = []
        self.image = self.layer_choice(Image, 'image', 'Layer to restore.')
        self.channel_axis = ComboBox(
            name='channel_axis',
            label='channel axis',
            choices=lambda _: channel_axes(self.image.value),
            tooltip='Axis of the layer that holds channels.',
        )
        self.plane = PlaneLabel(napari_viewer.dims)
        self.own_fields = self.make_fields()
        self.preset = ComboBox(
            name='preset',
            choices=PRESETS,
            tooltip=(
                'From the quickest to the most thorough; "ulyanov2018" is '
                'the published recipe, which takes hours on a CPU.'
            ),
        )
        self.uncertainty = CheckBox(
            name='uncertainty',
            text='with a map of the uncertainty',
            tooltip=(
                'Add a second layer, hidden at first, that tells by how much '
                'each pixel may be off: one standard deviation, in the units '
                'of the image.'
            ),
        )
        self.outlook = Outlook()
        self.advanced = Advanced(read_preferences().device)
        fields = align(
            self.image,
            self.channel_axis,
            self.plane,
            *self.own_fields,
            self.preset,
            self.uncertainty,
        )
        self.entries: Container = Container(
            labels=False, widgets=[fields, self.outlook]
        )
        self.entries.margins = (0, 0, 0, 0)
        self.sections = self.make_sections()
        for section in self.sections:
            self.entries.native.layout().addWidget(section.fold())
        self.panel = RunPanel(self.entries)
        super().__init__(labels=False, widgets=[self.panel])
        self.native.setMinimumWidth(_WIDTH)
        self._memory = Memory(self.function, self._entries(), self.panel.warn)
        self._memory.recall()
        self.departures = Departures(self.sections)
        self.panel.footer.insert(0, self.departures)
        self._take(napari_viewer.layers.selection.active)
        self._connect()
        self._show_image()
        self._ease_access()

    @abstractmethod
    def make_fields(self) -> list[ValueWidget]:
        """Make the entries of the task itself."""

    def make_sections(self) -> list[Section]:
        """Return the sections that are folded away, the first on top."""
        return [self.advanced]

    @abstractmethod
    def make_task(self) -> Task:
        """Make the task from the entries.

        Raises
        ------
        ValueError
            If an entry does not fit the layers.
        """

    def reset_choices(self, *args: Any) -> None:
        """Offer the layers there are, in the folded sections too."""
        chosen = [(entry, entry.value) for entry in self._layer_choices]
        super().reset_choices(*args)
        for section in self.sections:
            section.reset_choices(*args)
        # magicgui takes a layer with another name for another layer.
        for entry, layer in chosen:
            if layer is not entry.value and layer in entry.choices:
                entry.value = layer
        if self.image.value is None:
            # magicgui is silent about the last layer that goes.
            self._show_image()
        self.departures.show_settings()

    def layer_choice(
        self,
        kind: type[Layer],
        name: str,
        tooltip: str,
        *,
        nullable: bool = False,
    ) -> ComboBox:
        """Make a choice among the layers of a kind."""

        def choices(_: object) -> list[tuple[str, Layer]]:
            found = [x for x in self._layers if isinstance(x, kind)]
            return [(layer.name, layer) for layer in found]

        entry = ComboBox(
            name=name, choices=choices, tooltip=tooltip, nullable=nullable
        )
        self._layer_choices.append(entry)
        return entry

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

    def image_source(self) -> ImageSource:
        """Describe the chosen image layer.

        Raises
        ------
        ValueError
            If there is none, or it has no such channel axis.
        """
        return describe_image(
            self.chosen_image(), self.channel_axis.value, self._dims
        )

    def choices(self) -> Choices:
        """Return the options.

        Raises
        ------
        ValueError
            If a limit is no number.
        """
        advanced = self.advanced
        return Choices(
            preset=self.preset.value,
            seed=advanced.seed.value,
            device=advanced.device.value,
            max_num_iter=advanced.read_max_num_iter(),
            time_limit=advanced.read_time_limit(),
            uncertainty=self.uncertainty.value,
        )

    def chosen_factors(self) -> tuple[int, int] | None:
        """Return super-resolution factors; None for other tasks."""
        return None

    def content(self, source: ImageSource) -> tuple[Hashable, Read]:
        """Return what a forecast depends on beside shapes and options.

        Parameters
        ----------
        source : ImageSource
            The image.

        Returns
        -------
        content : hashable
            Another one where the layers hold something else.
        read : callable
            As :meth:`~napari_dip.viewer.panel.outlook.Outlook.ask` takes it.

        Raises
        ------
        ValueError
            If a layer that it depends on does not fit.
        """
        return None, dict

    def start(self) -> None:
        """Start a run, or say what keeps it from starting."""
        try:
            task = self.make_task()
        except ValueError as error:
            self.panel.warn(describe_error(error))
            return
        self._memory.remember()
        rate = read_preferences().preview_rate
        self.panel.begin(task, self._layers, rate)

    def show_outlook(self) -> None:
        """Show what the restoration would take."""
        try:
            source = self.image_source()
            choices = self.choices()
            content, read = self.content(source)
        except ValueError as error:
            self.plane.clear()
            self.outlook.say(describe_error(error))
            return
        self.plane.show_plane(self.chosen_image(), source.plane)
        self.outlook.ask(
            Question(
                self.function,
                source.shape,
                source.positive_channel_axis,
                self.chosen_factors(),
                choices.preset,
                choices.device,
                choices.max_num_iter,
                choices.uncertainty,
                read_preferences().preview_rate,
                content,
            ),
            read,
        )

    def _connect(self) -> None:
        self.panel.start_asked.connect(self.start)
        self.panel.state_changed.connect(self._on_state)
        self.image.changed.connect(self._show_image)
        self.plane.moved.connect(self.show_outlook)
        for entry in (
            self.channel_axis,
            self.preset,
            self.uncertainty,
            self.advanced.device,
            self.advanced.max_num_iter,
            *self.own_fields,
        ):
            entry.changed.connect(self.show_outlook)

    def _on_state(self, state: State) -> None:
        self.outlook.be_quiet(state.is_busy)
        if not state.is_busy:
            self.show_outlook()

    def _show_image(self) -> None:
        self.channel_axis.reset_choices()
        self.channel_axis.visible = len(self.channel_axis.choices) > 1
        self.show_outlook()

    def _take(self, active: Layer | None) -> None:
        """Choose the layer that is active, where it can be chosen."""
        for entry in (self.image, *self.own_fields):
            if active is not None and active in getattr(entry, 'choices', ()):
                entry.value = active

    def _ease_access(self) -> None:
        self.outlook.tooltip = (
            'What the restoration will take: the size of the image, at most '
            'how long and on which device, and how much memory.'
        )
        for part in (self, *self.sections):
            name_entries(part)
        order_tabs(self.native)
        self.panel.scroll_area.keep_wheel()

    def _entries(self) -> dict[str, ValueWidget]:
        """Entries to be remembered: no choices of layers, no limits.

        A limit that was meant for one image would cut off the next.
        """
        entries = [
            self.preset,
            self.uncertainty,
            self.advanced.seed,
            self.advanced.device,
            *self.own_fields,
        ]
        return {
            entry.name: entry
            for entry in entries
            if not isinstance(entry.value, Layer | None)
        }

"""The form of a task, made of what its function asks for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from magicgui.widgets import ComboBox, Container
from napari.layers import Image, Layer

from napari_dip.tasks.base import Task
from napari_dip.viewer.errors import describe_error
from napari_dip.viewer.forms.departures import Departures, Section
from napari_dip.viewer.forms.kinds import BUILT_IN, make_entry
from napari_dip.viewer.forms.memory import Memory
from napari_dip.viewer.forms.plane import PlaneLabel, Source, channel_axes
from napari_dip.viewer.layers.layers import ImageSource
from napari_dip.viewer.layers.stacks import SeriesSource
from napari_dip.viewer.panel.access import name_entries, order_tabs
from napari_dip.viewer.panel.outlook import Outlook, Question
from napari_dip.viewer.panel.panel import RunPanel
from napari_dip.viewer.panel.text import align
from napari_dip.viewer.preferences import read_preferences
from napari_dip.viewer.request import Request

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget
    from napari.viewer import Viewer

    from napari_dip.viewer.forms.entry import Entry
    from napari_dip.viewer.panel.outlook import Read
    from napari_dip.viewer.runs.run import State

# Pixels: labels, entries and the longest button text fit.
_WIDTH = 330

# Kinds of entries that hold no layer.
_ENTERED = ('value', 'factor', 'method', 'noise')


class RestorationForm(Container):
    """Form of one task.

    Its widgets are attributes, by the names of the arguments.

    Parameters
    ----------
    napari_viewer : Viewer
        Where layers are chosen and the result goes.
    """

    #: What it is the form of.
    task: ClassVar[Task]

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
        self.source = Source(napari_viewer, self.channel_axis, self.task)
        self.stack, self.region = self.source.stack, self.source.region
        self.plane = PlaneLabel(napari_viewer.dims)
        self.inputs: list[Entry] = [
            make_entry(argument, self)
            for argument in self.task.arguments
            if argument.kind not in BUILT_IN
        ]
        self.outlook = Outlook()
        fields = align(
            self.image,
            self.channel_axis,
            *self.source.widgets,
            self.plane,
            *(w for entry in self._in_sight() for w in entry.widgets),
        )
        self.entries: Container = Container(
            labels=False,
            widgets=[
                fields,
                *(e.below for e in self.inputs if e.below is not None),
                self.outlook,
            ],
        )
        self.entries.margins = (0, 0, 0, 0)
        self.sections = list(self._make_sections())
        for section in self.sections:
            self.entries.native.layout().addWidget(section.fold())
        self.panel = RunPanel(self.entries, self._dims)
        super().__init__(labels=False, widgets=[self.panel])
        self.native.setMinimumWidth(_WIDTH)
        self._memory = Memory(
            self.task.name, self._remembered(), self.panel.warn
        )
        self._memory.recall()
        self.departures = Departures(self.sections)
        self.panel.footer.insert(0, self.departures)
        self._take(napari_viewer.layers.selection.active)
        self.outlook.show_found = self._show_found
        self._connect()
        self._show_image()
        self._ease_access()

    def __getattr__(self, name: str) -> Any:
        """Return a widget of an argument by its name."""
        for entry in _with_options(self.__dict__.get('inputs', ())):
            for widget in entry.widgets:
                if widget.name == name:
                    return widget
        return super().__getattr__(name)

    def _in_sight(self) -> list[Entry]:
        """Entries that are in no section, the task's own first."""
        return [one for one in self.inputs if not one.argument.field.section]

    def _make_sections(self) -> Iterator[Section]:
        """Make the sections that are folded away, the first on top."""
        entries = _with_options(self.inputs)
        titles = [entry.argument.field.section for entry in entries]
        for title in dict.fromkeys(filter(None, titles)):
            both = zip(entries, titles, strict=True)
            yield Section(
                title, [entry for entry, own in both if own == title]
            )

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
        # magicgui is silent about the last layer that goes.
        if self.image.value is None:
            self._show_image()
        elif any(entry.value is None for entry, _ in chosen):
            self.show_outlook()
        self.departures.show_settings()

    def layer_choice(
        self,
        kind: type[Layer] | tuple[type[Layer], ...],
        name: str,
        tooltip: str,
        *,
        label: str | None = None,
        nullable: bool = False,
    ) -> ComboBox:
        """Make a choice among the layers of a kind, or of some."""

        def choices(_: object) -> list[tuple[str, Layer]]:
            found = [x for x in self._layers if isinstance(x, kind)]
            return [(layer.name, layer) for layer in found]

        entry = ComboBox(
            name=name,
            label=label,
            choices=choices,
            tooltip=tooltip,
            nullable=nullable,
        )
        self._layer_choices.append(entry)
        return entry

    def add_layer(self, layer: Layer) -> None:
        """Add a layer on top of the others."""
        self._layers.append(layer)

    def chosen_image(self) -> Image:
        """Return the image layer, or the region of it that was chosen."""
        return self.source.part(self._whole_image())

    def image_source(self) -> ImageSource:
        """Describe the chosen image layer.

        Raises
        ------
        ValueError
            If there is none, or it has no such channel axis.
        """
        return self.source.describe(self._whole_image())

    def _whole_image(self) -> Image:
        if self.image.value is None:
            raise ValueError('There is no image layer; open an image first.')
        layer: Image = self.image.value
        return layer

    def make_request(self) -> Request:
        """Make a request from the entries.

        Raises
        ------
        ValueError
            If an entry makes no sense, or does not fit the layers.
        """
        image = self.image_source()
        arguments = {one.name: one.read(image) for one in self.inputs}
        return Request(self.task, image, arguments)

    def content(self, image: ImageSource) -> tuple[Hashable, Read]:
        """Return what of the layers a forecast depends on.

        Parameters
        ----------
        image : ImageSource
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
        found = {one.name: one.content(image) for one in self.inputs}
        if self.task.foresees('image') and image.has_sample:
            found['image'] = (image.key, image.array)
        if isinstance(image, SeriesSource) and image.shares_networks:
            found['networks'] = (image.key, image.count_networks)
        given = {k: v for k, v in found.items() if v is not None}
        keys = tuple((name, key) for name, (key, _) in given.items())
        return keys, lambda: {k: read() for k, (_, read) in given.items()}

    def start(self) -> None:
        """Start a run, or say what keeps it from starting."""
        try:
            request = self.make_request()
        except ValueError as error:
            self.panel.warn(describe_error(error))
            return
        if self.panel.stream is not None:
            request = self.panel.stream.tried_before(request)
        self._memory.remember()
        rate = read_preferences().preview_rate
        self.panel.begin(request, self._layers, rate)
        for entry in self.inputs:
            entry.begin()

    def show_outlook(self) -> None:
        """Show what the restoration would take."""
        try:
            image = self.image_source()
            content, read = self.content(image)
            entered = {
                entry.name: entry.read(image)
                for entry in self.inputs
                if entry.argument.kind in _ENTERED
            }
        except ValueError as error:
            self.plane.clear()
            self.outlook.say(describe_error(error))
            return
        axes = ''
        if isinstance(image, SeriesSource):
            self.plane.clear()
            axes, entered['fit'] = image.stack.letters, image.fit
        else:
            self.plane.show_plane(self.chosen_image(), image.plane)
        self.outlook.ask(
            Question(
                self.task.name,
                image.shape,
                image.positive_channel_axis,
                tuple(
                    (name, value)
                    for name, value in entered.items()
                    if self.task.foresees(name)
                ),
                read_preferences().preview_rate,
                content,
                axes,
            ),
            read,
        )

    def _connect(self) -> None:
        self.panel.start_asked.connect(self.start)
        self.panel.state_changed.connect(self._on_state)
        self.image.changed.connect(self._show_image)
        self.plane.moved.connect(self.show_outlook)
        self.channel_axis.changed.connect(self._show_choice)
        self.stack.extent.changed.connect(self._show_choice)
        self.stack.axes.changed.connect(self.show_outlook)
        self.source.connect(self)
        for entry in _with_options(self.inputs):
            for widget in entry.widgets:
                widget.changed.connect(self.show_outlook)
                if entry.options:
                    widget.changed.connect(self.departures.show_settings)

    def _on_state(self, state: State) -> None:
        self.outlook.be_quiet(state.is_busy)
        if not state.is_busy:
            self.show_outlook()

    def _show_image(self) -> None:
        self.channel_axis.reset_choices()
        self.channel_axis.visible = len(self.channel_axis.choices) > 1
        self.stack.show_layer(self.image.value)
        for entry in self.inputs:
            entry.show_image()
        self._show_choice()

    def _show_found(self, found: Mapping[str, str]) -> None:
        for entry in self.inputs:
            entry.show_found(found)

    def _show_choice(self) -> None:
        self.source.show_choice(self.image.value)
        self.show_outlook()

    def _take(self, active: Layer | None) -> None:
        """Choose the layer that is active, where it can be chosen."""
        in_sight = [w for entry in self._in_sight() for w in entry.widgets]
        for entry in (self.image, *in_sight):
            if active is not None and active in getattr(entry, 'choices', ()):
                entry.value = active

    def _ease_access(self) -> None:
        for part in (self, *self.sections):
            name_entries(part)
        order_tabs(self.native)
        self.panel.scroll_area.keep_wheel()
        self.panel.scroll_area.narrow_choices()

    def _remembered(self) -> dict[str, ValueWidget]:
        return {
            widget.name: widget
            for entry in _with_options(self.inputs)
            for widget in entry.remembered()
        }


def _with_options(entries: Iterable[Entry]) -> list[Entry]:
    """Each entry, and those of its options behind it."""
    return [one for entry in entries for one in (entry, *entry.options)]

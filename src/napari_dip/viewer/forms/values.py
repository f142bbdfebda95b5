"""Numbers, choices, yeses and files: entries of what is typed or chosen."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from magicgui.types import FileDialogMode
from magicgui.widgets import (
    CheckBox,
    ComboBox,
    FileEdit,
    FloatSpinBox,
    Label,
    LineEdit,
    SpinBox,
)
from napari.qt.threading import create_worker

from napari_dip.io.errors import FileError
from napari_dip.io.formats import JPEG
from napari_dip.io.ome_zarr import is_zarr
from napari_dip.io.unfinished import UnfinishedZarr
from napari_dip.viewer.errors import EXPECTED, describe_error
from napari_dip.viewer.forms.departures import Setting
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.forms.numbers import parse_number
from napari_dip.viewer.layers.stacks import SeriesSource
from napari_dip.viewer.panel.text import prepare_label
from napari_dip.viewer.preferences import read_preferences
from napari_dip.viewer.runs.warm_up import load_engine
from napari_dip.viewer.runs.work import Work

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.tasks.arguments import Argument
    from napari_dip.viewer.layers.layers import ImageSource


class ValueEntry(Entry):
    """One widget, of the kind that the type of the argument asks for."""

    def make_widgets(self) -> list[ValueWidget]:
        """Make a choice, a check box, a spin box or a line of text."""
        argument, field = self.argument, self.argument.field
        label = argument.label
        if field.unit:
            label = f'{label} ({field.unit})'
        told: dict[str, Any] = {
            'name': argument.name,
            'label': label,
            'tooltip': field.help,
        }
        if field.choices:
            words = [(word, value) for value, word in field.choices.items()]
            return [ComboBox(choices=words, value=self._default(), **told)]
        if argument.plain_type is bool:
            told['text'] = told.pop('label')
            return [CheckBox(value=argument.default, **told)]
        if argument.is_optional or argument.plain_type is str:
            needed = argument.is_needed
            default = '' if needed else argument.default or ''
            line = LineEdit(value=default, **told)
            such = f'such as {field.example}'
            line.native.setPlaceholderText(such if needed else field.empty)
            return [line]
        limits = {'min': field.least, 'max': field.most}
        told |= {k: v for k, v in limits.items() if v is not None}
        whole = argument.plain_type is int
        return [
            (SpinBox if whole else FloatSpinBox)(
                **told | {'value': argument.default}
            )
        ]

    def show_found(self, found: Mapping[str, str]) -> None:
        """Say beside the choice that finds it what was found."""
        field, told = self.argument.field, found.get(self.name)
        if not field.choices:
            return
        word = field.choices[self.argument.default]
        index = list(field.choices).index(self.argument.default)
        text = f'{word} ({field.choices.get(told, told)})' if told else word
        self.widgets[0].native.setItemText(index, text)

    def read(self, image: ImageSource) -> Any:
        """Return what was entered.

        Raises
        ------
        ValueError
            If there is nothing, or no number, where there has to be one.
        """
        value = self.widgets[0].value
        if self.argument.is_needed and value == '':
            raise ValueError(
                f'"{self.argument.label}": nothing is entered; give one, such '
                f'as {self.argument.field.example}.'
            )
        if not isinstance(value, str) or self.argument.plain_type is str:
            return value
        if self.argument.plain_type is int:
            return self._read_whole(value.strip())
        return self._read_number(value.strip())

    def settings(self) -> list[Setting]:
        """Return the widget with its value in words."""
        [entry] = self.widgets
        default = self._default()
        if default is None:
            default = ''
        return [Setting(entry, default, self.argument.say)]

    def remembered(self) -> list[ValueWidget]:
        """Return the widget, unless its argument may be left out.

        A limit that was meant for one image would cut off the next.
        """
        return [] if self.argument.is_optional else self.widgets

    def _default(self) -> Any:
        """What a form begins with: what the user prefers, if it is known."""
        preferred = getattr(read_preferences(), self.name, None)
        if preferred in self.argument.field.choices:
            return preferred
        return self.argument.default

    def _read_whole(self, text: str) -> int | None:
        if not text:
            return None
        if not text.isdecimal() or int(text) < self._least:
            above = max(math.ceil(self._least) - 1, 0)
            self._refuse(text, f'a whole number above {above}')
        return int(text)

    def _read_number(self, text: str) -> float | None:
        label, field = self.argument.label, self.argument.field
        number = parse_number(text, label, field.example)
        if number is not None and not self._least < number < math.inf:
            unit = f' of {field.unit}' if field.unit else ''
            self._refuse(text, f'a number{unit} above {self._least:g}')
        return number

    def _refuse(self, text: str, wanted: str) -> None:
        raise ValueError(
            f'"{self.argument.label}": {text!r} is not {wanted}; give one '
            f'such as {self.argument.field.example}, or leave it empty.'
        )

    @property
    def _least(self) -> float:
        least = self.argument.field.least
        return -math.inf if least is None else least


def _choose_file(argument: Argument, kinds: str = '') -> FileEdit:
    """Make a choice of a file, or of a folder, that need not be made."""
    mode = 'EXISTING_FILE' if kinds else 'EXISTING_DIRECTORY'
    choice = FileEdit(
        name=argument.name,
        label=argument.label,
        mode=FileDialogMode[mode],
        filter=f'{kinds};;All files (*)' if kinds else None,
        nullable=True,
        value=None,
        tooltip=argument.field.help,
    )
    # Its words would widen the form.
    choice.choose_btn.text = '…'
    return choice


class FileEntry(Entry):
    """Choice of a file or folder that goes with an image."""

    #: Of the file; none of a folder.
    kinds: ClassVar[str] = ''

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choice."""
        self.file = _choose_file(self.argument, self.kinds)
        widget: Any = self.file
        return [widget]

    def remembered(self) -> list[ValueWidget]:
        """Return nothing: another image has another, and it may be gone."""
        return []


class ToldEntry(FileEntry):
    """The same, below which it says what a worker found there."""

    #: What the worker does, and what is said meanwhile.
    looking: ClassVar[str]
    meanwhile: ClassVar[str] = ''

    def make_widgets(self) -> list[ValueWidget]:
        """Make the choice, and what is said of it."""
        self.below = self.found = Label(name=f'found_in_{self.argument.name}')
        prepare_label(self.found, lines=1)
        self.found.visible = False
        widgets = super().make_widgets()
        self.file.changed.connect(self._look)
        return widgets

    @staticmethod
    @abstractmethod
    def look(path: Path) -> str:
        """Say what there is; a worker asks."""

    def _look(self) -> None:
        chosen: Any = self.file.value
        if chosen is None:
            self._say('')
            return
        if self.meanwhile:
            self._say(self.meanwhile)
        work = Work(self.look, chosen)
        work.words = self.looking
        create_worker(work, _connect={'returned': self._say})

    def _say(self, text: str) -> None:
        self.found.value = text
        self.found.visible = bool(text)


class ModelEntry(ToldEntry):
    """Choice of the file of a trained network, and what its layers are."""

    kinds = 'Trained networks (*.pt2 *.onnx *.pt *.pth *.ts *.jit)'
    looking = 'reading the layers of a model'
    meanwhile = 'reading the layers …'

    def read(self, image: ImageSource) -> str:
        """Return the path.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.file.value is None:
            raise ValueError(
                f'"{self.argument.label}": choose the file of a trained '
                'network: TorchScript, exported program or ONNX.'
            )
        return str(self.file.value)

    def settings(self) -> list[Setting]:
        """Return nothing: there is always one."""
        return []

    @staticmethod
    def look(path: Path) -> str:
        """Say what the layers are, or why they cannot be read."""
        load_engine()
        from napari_dip.tasks.prior.models import list_layers

        try:
            return f'layers: {", ".join(list_layers(str(path)))}'
        except EXPECTED as error:
            return describe_error(error)


class OriginEntry(FileEntry):
    """The file that the image was read from, if it is a JPEG."""

    kinds = f'JPEG (*{" *".join(JPEG)})'

    def read(self, image: ImageSource) -> str:
        """Return the path, empty without one."""
        return '' if self.file.value is None else str(self.file.value)

    def settings(self) -> list[Setting]:
        """Return the choice."""
        return [Setting(self.widgets[0], None, self.argument.say)]

    def show_image(self) -> None:
        """Take the file of the chosen layer."""
        layer = self.form.image.value
        path = None if layer is None else layer.source.path
        is_jpeg = path is not None and path.lower().endswith(JPEG)
        self.file.value = path if is_jpeg else None


class OutputEntry(ToldEntry):
    """Folder for the planes of a result, or one that lacks some of them."""

    looking = 'looking into a folder'

    def read(self, image: ImageSource) -> Path | None:
        """Return the folder; one plane needs none."""
        chosen: Any = self.file.value
        is_series = isinstance(image, SeriesSource)
        return chosen if is_series else None

    def settings(self) -> list[Setting]:
        """Return the choice, by the name of the folder."""
        say = self.argument.say
        return [Setting(self.widgets[0], None, lambda path: say(path.name))]

    @staticmethod
    def look(path: Path) -> str:
        """Say what becomes of a folder that was chosen for a result."""
        if not is_zarr(path):
            return f'a new OME-Zarr in "{path.name}", if every plane is taken'
        try:
            done, total = UnfinishedZarr(path).counts
        except FileError as error:
            return f'"{path.name}": {error}'
        return f'{done} of {total} planes are there; Start makes the others'

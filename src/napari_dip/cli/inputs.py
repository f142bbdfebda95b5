"""From an argument of a task to options, and from their text to its value.

What is heavy is imported when a value is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import typer

from napari_dip.cli import parsing
from napari_dip.cli.messages import (
    ArgumentError,
    about,
    in_options,
    option_of,
)
from napari_dip.cli.parsing import parameter
from napari_dip.io.formats import JPEG
from napari_dip.tasks.arguments import Argument, read_arguments
from napari_dip.tasks.method import DeepImagePrior

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What stands for a value in the help.
_METAVARS_OF_KINDS = {'axes': 'LETTERS', 'planes': 'FIRST:END'}
_METAVARS = {int: 'N', float: 'X', str: 'NAME'}


@dataclass(frozen=True)
class Input:
    """An argument that is entered as its value.

    Parameters
    ----------
    argument : Argument
        What the task's function says about it.
    """

    argument: Argument

    #: Whether it may be several files.
    is_list: ClassVar[bool] = False

    def positional(self) -> list[Parameter]:
        """Return the files that stand between INPUT and OUTPUT."""
        return []

    def options(self) -> list[Parameter]:
        """Return the options that it is given by."""
        argument = self.argument
        told = typer.Option(
            option_of(argument.name),
            metavar=self._metavar(),
            help=argument.field.help,
        )
        default = argument.default
        return [parameter(argument.name, self._type(), told, default)]

    def _type(self) -> Any:
        """What typer makes of its text."""
        return self.argument.type

    def files(self, given: Mapping[str, Any]) -> list[Path]:
        """Return the files that it is read from."""
        return []

    @property
    def spelled(self) -> str:
        """What the command line calls it."""
        return option_of(self.argument.name)

    def parse(self, given: Mapping[str, Any]) -> Any:
        """Return its value, as far as there is one before files are read.

        Raises
        ------
        ArgumentError
            If the text stands for none.
        """
        return given[self.argument.name]

    def read(
        self, given: Mapping[str, Any], parsed: Any, image: NDArray[Any]
    ) -> Any:
        """Return its value.

        Raises
        ------
        ArgumentError
            If a file that it is in cannot be read.
        """
        return parsed

    def _metavar(self) -> str | None:
        argument = self.argument
        if argument.field.choices:
            return '|'.join(argument.field.choices)
        if argument.kind in _METAVARS_OF_KINDS:
            return _METAVARS_OF_KINDS[argument.kind]
        if argument.field.unit:
            return argument.field.unit.upper()
        return _METAVARS.get(argument.plain_type)


class ChannelAxisInput(Input):
    """Axis of a file, which knows it mostly itself."""

    def options(self) -> list[Parameter]:
        """Return the option of its number."""
        told = typer.Option(
            metavar='N',
            help='Axis of the channels, counted from 0 as the file has them. '
            'By default what the file says, or RGB along the last axis.',
        )
        return [parameter(self.argument.name, int | None, told, None)]


class MaskInput(Input):
    """An image that is nonzero where a pixel is missing."""

    def positional(self) -> list[Parameter]:
        """Return the argument of its file."""
        told = typer.Argument(
            metavar=self.spelled,
            help=f'{self.argument.field.help[:-1]}, in any of the formats.',
        )
        return [parameter(self.argument.name, Path, told)]

    def options(self) -> list[Parameter]:
        """Return the option that takes it for its opposite."""
        told = typer.Option(
            option_of(self._invert),
            help=f'Take {self.spelled} for zero where a pixel is missing, '
            'and nonzero where it is kept.',
        )
        return [parameter(self._invert, bool, told, False)]

    def files(self, given: Mapping[str, Any]) -> list[Path]:
        """Return its file."""
        return [given[self.argument.name]]

    @property
    def spelled(self) -> str:
        """What the command line calls it."""
        return self.argument.name.upper()

    def read(
        self, given: Mapping[str, Any], parsed: Any, image: NDArray[Any]
    ) -> Any:
        """Read it, and invert it if asked to."""
        from napari_dip.io.reading import read_mask

        with about(self.spelled, parsed):
            missing = read_mask(parsed)
        return missing == 0 if given[self._invert] else missing

    @property
    def _invert(self) -> str:
        return f'invert_{self.argument.name}'


class GuideInput(MaskInput):
    """Another image of the field."""

    def options(self) -> list[Parameter]:
        """Return none."""
        return []

    def read(
        self, given: Mapping[str, Any], parsed: Any, image: NDArray[Any]
    ) -> Any:
        """Read it."""
        from napari_dip.io.reading import read_image

        with about(self.spelled, parsed):
            return read_image(parsed).masked


class RepeatsInput(Input):
    """Further frames of the field, in any number of files."""

    is_list = True

    def options(self) -> list[Parameter]:
        """Return the option of a file, to be given once for each."""
        told = typer.Option(
            self.spelled,
            metavar='FILE',
            help=f'{self.argument.field.help} Give it once for each file.',
        )
        return [parameter(self.argument.name, list[Path] | None, told, None)]

    def files(self, given: Mapping[str, Any]) -> list[Path]:
        """Return its files."""
        return list(given[self.argument.name] or [])

    @property
    def spelled(self) -> str:
        """What the command line calls it: one file of them."""
        return option_of(self.argument.name.removesuffix('s'))

    def read(
        self, given: Mapping[str, Any], parsed: Any, image: NDArray[Any]
    ) -> Any:
        """Read them."""
        return parsing.read_repeats(self.spelled, parsed or [], image.shape)


class NoiseInput(Input):
    """What is known of the noise: a name, or numbers of the detector."""

    def options(self) -> list[Parameter]:
        """Return options of a name and of each number."""
        name = typer.Option(
            self.spelled,
            metavar=self._metavar(),
            help=f'{self.argument.field.help} Give --gain instead if you '
            'know the detector.',
        )
        numbers = {
            'gain': 'Intensity units for each photo-electron, if you know '
            'them.',
            'offset': 'Mean intensity without any light; goes with --gain. '
            'By default 0.',
            'read_noise': 'Standard deviation without any light in intensity '
            'units; goes with --gain. By default 0.',
        }
        return [
            parameter(self.argument.name, str, name, self.argument.default),
            *(
                parameter(
                    number,
                    float | None,
                    typer.Option(option_of(number), metavar='X', help=text),
                    None,
                )
                for number, text in numbers.items()
            ),
        ]

    def parse(self, given: Mapping[str, Any]) -> Any:
        """Take together what is given."""
        return parsing.read_noise_model(
            given[self.argument.name],
            given['gain'],
            given['offset'],
            given['read_noise'],
        )


class MethodInput(Input):
    """The name of a method, and the options that go with it."""

    def options(self) -> list[Parameter]:
        """Return the option of its name, and one of each of its own."""
        return [
            *super().options(),
            *(one for entry in self._own() for one in entry.options()),
        ]

    def parse(self, given: Mapping[str, Any]) -> Any:
        """Take together what is given.

        Raises
        ------
        ArgumentError
            If an option goes with another method, or makes no sense.
        """
        name = given[self.argument.name]
        plain = name == self.argument.default
        entered = {}
        for entry in self._own():
            value = entry.parse(given)
            if value != entry.argument.default:
                entered[entry.argument.name] = value
            if plain and entered:
                raise ArgumentError(
                    f'{entry.spelled}: it goes with {self.spelled} '
                    'deep-image-prior, which is missing; give both, or '
                    'neither.'
                )
        try:
            return DeepImagePrior(**entered) if entered else name
        except ValueError as error:
            raise ArgumentError(in_options(str(error))) from error

    def _type(self) -> Any:
        return str

    @staticmethod
    def _own() -> list[Input]:
        return [Input(one) for one in read_arguments(DeepImagePrior)]


class OriginInput(Input):
    """The file that the image was read from, if it tells more than pixels."""

    spelled = 'INPUT'

    def options(self) -> list[Parameter]:
        """Return none."""
        return []

    def parse(self, given: Mapping[str, Any]) -> str:
        """Return the path of a JPEG file."""
        path: Path = given['input']
        return str(path) if path.suffix.lower() in JPEG else ''


class FactorInput(Input):
    """A whole number, or one for each axis: ``4`` or ``2,4``."""

    def options(self) -> list[Parameter]:
        """Return the option of its text."""
        told = typer.Option(
            option_of(self.argument.name),
            metavar='N|[DEPTHS,]ROWS,COLUMNS',
            help=f'{self.argument.field.help[:-1]}, such as 2,4.',
        )
        return [parameter(self.argument.name, str, told)]

    def parse(self, given: Mapping[str, Any]) -> tuple[int, ...]:
        """Read the text."""
        return parsing.parse_factor(given[self.argument.name])


# Others are entered as their value.
_KINDS: dict[str, type[Input]] = {
    'channel_axis': ChannelAxisInput,
    'factor': FactorInput,
    'guide': GuideInput,
    'mask': MaskInput,
    'method': MethodInput,
    'noise': NoiseInput,
    'origin': OriginInput,
    'repeats': RepeatsInput,
}


def input_of(argument: Argument) -> Input:
    """Return how the command line takes an argument."""
    return _KINDS.get(argument.kind, Input)(argument)

"""What to restore from file to file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_dip.cli.words import shown
from napari_dip.io.choice import ONLY, Choice
from napari_dip.io.formats import split_ending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.session.base import Restoration

#: Starts a restoration, given the pixels and their channel axis.
Start = Callable[['NDArray[Any]', int | None], 'Restoration']


@dataclass(frozen=True)
class Files:
    """Files that an argument is read from, beside the image.

    Parameters
    ----------
    name : str
        Name of the argument in Python.
    spelled : str
        What the command line calls it.
    paths : tuple of Path
        The files.
    is_list : bool
        Whether there may be several.
    """

    name: str
    spelled: str
    paths: tuple[Path, ...]
    is_list: bool


@dataclass(frozen=True)
class Job:
    """What to restore and where to.

    Parameters
    ----------
    title : str
        What is being done, for the progress bar.
    input, output : Path
        Files.
    start : callable
        Starts the restoration.
    beside : tuple of Files
        What else is read, for messages and the report.
    factor : tuple of int
        Rows and columns of the result for each of the image.
    choice : Choice
        Which image of a file that holds several.
    channel_axis : int or None
        Axis of the channels among all axes of the file.
    dtype : str or None
        One of `DTYPES`; None leaves the choice to the format.
    report : Path or None
        File for the record.
    uncertainty : bool
        Whether to write the uncertainty too.
    overwrite, quiet : bool
        Whether files may be replaced, and nothing be printed.
    """

    title: str
    input: Path
    output: Path
    start: Start
    beside: tuple[Files, ...] = ()
    factor: tuple[int, int] = (1, 1)
    choice: Choice = ONLY
    channel_axis: int | None = None
    dtype: str | None = None
    report: Path | None = None
    uncertainty: bool = False
    overwrite: bool = False
    quiet: bool = False

    @property
    def files_read(self) -> list[tuple[str, Path]]:
        """Files whose pixels go in, each with its argument."""
        beside = [(one.spelled, p) for one in self.beside for p in one.paths]
        return [('INPUT', self.input), *beside]

    @property
    def names(self) -> dict[str, str]:
        """What arguments of the restoration are called here."""
        names = {'image': f'INPUT ({shown(self.input)})'}
        for one in self.beside:
            names[one.name] = one.spelled
            if not one.spelled.startswith('-'):
                names[one.name] += f' ({shown(one.paths[0])})'
        return names

    @property
    def uncertainty_file(self) -> Path | None:
        """File for the uncertainty: PNG could not hold it."""
        if not self.uncertainty:
            return None
        stem, ending = split_ending(self.output)
        ending = '.tif' if ending.lower() == '.png' else ending
        return self.output.with_name(f'{stem}_uncertainty{ending}')

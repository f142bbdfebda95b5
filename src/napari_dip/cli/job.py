"""What to restore from file to file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_dip.io.choice import ONLY, Choice
from napari_dip.io.formats import split_ending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.session.base import Restoration

#: Starts a restoration, given the pixels and their channel axis.
Start = Callable[['NDArray[Any]', int | None], 'Restoration']


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
    mask : Path or None
        File of the missing pixels, for messages and the report.
    repeats : tuple of Path
        Files of further frames of the field, for the report.
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
    mask: Path | None = None
    repeats: tuple[Path, ...] = ()
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
        mask = [] if self.mask is None else [('MASK', self.mask)]
        repeats = [('--repeat', path) for path in self.repeats]
        return [('INPUT', self.input), *mask, *repeats]

    @property
    def uncertainty_file(self) -> Path | None:
        """File for the uncertainty: PNG could not hold it."""
        if not self.uncertainty:
            return None
        stem, ending = split_ending(self.output)
        ending = '.tif' if ending.lower() == '.png' else ending
        return self.output.with_name(f'{stem}_uncertainty{ending}')

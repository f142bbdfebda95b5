"""What to restore from file to file, how it is stored, what came of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.messages import shown
from napari_dip.io.casting import round_and_clip
from napari_dip.io.formats import split_ending
from napari_dip.io.layout import Layout
from napari_dip.io.stored import ONLY, Choice, StoredImage

if TYPE_CHECKING:
    from napari_dip.session.base import Restoration
    from napari_dip.session.record import Record

#: Starts a restoration, given the pixels, their channel axis and, of a
#: series, the letters of the axes; and where its planes go.
Start = Callable[..., 'Restoration']


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
        Rows and columns of the result for each of the image; depths first,
        if they have a factor.
    companions : tuple of str
        Names of further images beside the result.
    choice : Choice
        Which image of a file that holds several.
    channel_axis : int or None
        Axis of the channels among all axes of the file.
    axes : str or None
        A letter for each of these; None takes what the file says.
    planes : str or None
        Which planes of a series are restored; None takes all.
    dtype : str or None
        One of `DTYPES`; None leaves the choice to the format.
    report : Path or None
        File for the record.
    uncertainty : bool
        Whether to write the uncertainty too.
    overwrite, quiet : bool
        Whether files may be replaced, and nothing be printed.
    resume : bool
        Whether planes that OUTPUT holds already are kept.
    """

    title: str
    input: Path
    output: Path
    start: Start
    beside: tuple[Files, ...] = ()
    factor: tuple[int, ...] = (1, 1)
    companions: tuple[str, ...] = ()
    choice: Choice = ONLY
    channel_axis: int | None = None
    axes: str | None = None
    planes: str | None = None
    dtype: str | None = None
    report: Path | None = None
    uncertainty: bool = False
    overwrite: bool = False
    quiet: bool = False
    resume: bool = False

    @property
    def files_read(self) -> list[tuple[str, Path]]:
        """Files whose pixels go in, each with its argument."""
        beside = [(one.spelled, p) for one in self.beside for p in one.paths]
        return [('INPUT', self.input), *beside]

    @property
    def names(self) -> dict[str, str]:
        """What arguments of the restoration are called here."""
        names = {
            'image': f'INPUT ({shown(self.input)})',
            'output': f'OUTPUT ({shown(self.output)})',
        }
        for one in self.beside:
            names[one.name] = one.spelled
            if not one.spelled.startswith('-'):
                names[one.name] += f' ({shown(one.paths[0])})'
        return names

    @property
    def uncertainty_file(self) -> Path | None:
        """File for the uncertainty."""
        return self._beside('uncertainty') if self.uncertainty else None

    @property
    def companion_files(self) -> dict[str, Path]:
        """Files for further images beside the result, by their names."""
        return {name: self._beside(name) for name in self.companions}

    def _beside(self, name: str) -> Path:
        """File beside the result; PNG could not hold any number."""
        stem, ending = split_ending(self.output)
        ending = '.tif' if ending.lower() == '.png' else ending
        name = re.sub(r'\W+', '-', name)
        return self.output.with_name(f'{stem}_{name}{ending}')


@dataclass(frozen=True)
class Target:
    """How results are laid out in files.

    Parameters
    ----------
    source : StoredImage
        The image as it was read, with what its file says.
    layout : Layout
        Its axes.
    factor : tuple of int
        As in :class:`Job`.
    dtype : dtype
        What the image is written as.
    """

    source: StoredImage
    layout: Layout
    factor: tuple[int, ...]
    dtype: np.dtype[Any]

    def store(self, image: NDArray[Any]) -> StoredImage:
        """Lay out the result of a restoration, with the opacity it had."""
        return self.source.restored(
            self.layout.unsqueeze(image), self.layout.axes, self.factor
        )

    def cast(self, image: NDArray[np.float32]) -> StoredImage:
        """Lay it out in the dtype that the image is written as."""
        if self.dtype.kind in 'biu':
            # Planes that were not restored.
            image = np.nan_to_num(image, nan=0.0)
        return self.store(round_and_clip(image, self.dtype))

    def store_uncertainty(self, image: NDArray[Any]) -> StoredImage:
        """Lay out an uncertainty, which has no opacity."""
        return replace(self.store(image), opacity=None)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of the result, without axes of length 1; None for a stack."""
        axes = self.layout.restored_axes
        if not {'Y', 'X'} <= set(axes):
            return None
        letters = 'ZYX'[-len(self.factor) :]
        scale = dict(zip(letters, self.factor, strict=True))
        lengths = self.layout.squeeze(self.source.data).shape
        return tuple(
            n * scale.get(letter, 1)
            for n, letter in zip(lengths, axes, strict=True)
        )

    @property
    def num_values(self) -> int:
        """Numbers in a file of the result, its opacity among them."""
        opacity = self.source.opacity
        beside = 0 if opacity is None else opacity.values.size
        return (self.source.data.size + beside) * math.prod(self.factor)


@dataclass(frozen=True)
class Outcome:
    """What a fit has given.

    Parameters
    ----------
    image : ndarray of float32
        The restored image.
    record : Record
        How it came about.
    interrupted : bool
        Whether a signal has cut it short.
    """

    image: NDArray[np.float32]
    record: Record
    interrupted: bool

    def with_notes(self, notes: list[str]) -> Outcome:
        """Add what else the user should know."""
        record = replace(self.record, notes=[*self.record.notes, *notes])
        return replace(self, record=record)

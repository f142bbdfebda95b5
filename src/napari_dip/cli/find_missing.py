"""A mask of what an image lost, from file to file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from napari_dip.cli.messages import (
    ArgumentError,
    about,
    in_options,
    shown,
)
from napari_dip.io.errors import FileError, in_words
from napari_dip.io.files.destinations import check_destination, replaces
from napari_dip.io.formats import format_of
from napari_dip.io.reading import check_source, read_image
from napari_dip.io.stored import StoredImage
from napari_dip.io.writing import choose_dtype, write_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_missing(
    source: Path,
    target: Path,
    what: list[str],
    *,
    value: float | None,
    channel_axis: int | None,
    overwrite: bool,
    say: Callable[[str], None],
) -> None:
    """Find what an image has lost, and write it as a mask.

    Parameters
    ----------
    source, target : Path
        The image, and the mask to write: 255 where a pixel is missing.
    what, value, channel_axis
        As :func:`~napari_dip.find_missing` takes them.
    overwrite : bool
        Whether a file that is there may be replaced.
    say : callable
        Takes a line for the user.

    Raises
    ------
    ArgumentError
        If an argument or a file is at fault.
    """
    with about('INPUT', source):
        format_of(source)
        check_source(source)
    with about('MASK', target):
        format_of(target)
        check_destination(target, overwrite=overwrite)
        if replaces(target, source):
            raise FileError('it would replace INPUT; choose another name.')
    with about('INPUT', source):
        image = read_image(source)
    found = _find(image, what, value, channel_axis, source)
    mask = _as_image(image, found)
    with about('MASK', target):
        choose_dtype(target, mask.axes, mask.data.dtype, 'same')
        try:
            write_image(target, mask, overwrite=overwrite)
        except OSError as error:
            raise FileError(
                f'it could not be written: {in_words(error)}; choose another '
                'folder.'
            ) from error
    say(_tell(target, mask))


def _find(
    image: StoredImage,
    what: list[str],
    value: float | None,
    channel_axis: int | None,
    source: Path,
) -> NDArray[np.bool_]:
    from napari_dip.masks.find import find_missing

    if channel_axis is None:
        named = [i for i, letter in enumerate(image.axes) if letter in 'CS']
        channel_axis = named[0] if named else None
    try:
        return find_missing(
            image.masked, what, value=value, channel_axis=channel_axis
        )
    except (TypeError, ValueError) as error:
        argument, _, rest = str(error).partition(': ')
        names = {
            'image': f'INPUT ({shown(source)})',
            'what': '--what',
            'channel_axis': '--channel-axis',
        }
        if argument not in names:
            raise
        raise ArgumentError(f'{names[argument]}: {in_options(rest)}') from (
            error
        )


def _as_image(image: StoredImage, found: NDArray[np.bool_]) -> StoredImage:
    """Lay a mask out as a file: one number a pixel, whatever its colours."""
    axes = image.axes
    if 'S' in axes:
        found = found.max(axis=axes.index('S'))
        axes = axes.replace('S', '')
    return replace(
        image,
        data=found.astype('uint8') * 255,
        axes=axes,
        details={},
        text={},
        style='ome' if image.style == 'ome' else 'plain',
        opacity=None,
        missing=None,
        inverted=False,
        notes=(),
    )


def _tell(target: Path, mask: StoredImage) -> str:
    count, total = int((mask.data > 0).sum()), mask.data.size
    return f'{shown(target)}: {count:,} of {total:,} pixels are marked.'

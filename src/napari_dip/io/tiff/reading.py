"""TIFF, ImageJ TIFF and OME-TIFF in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_dip.io.errors import FileError
from napari_dip.io.pictures import orientation
from napari_dip.io.pictures.opacity import Opacity, split
from napari_dip.io.stored import Choice, StoredImage
from napari_dip.io.tiff import microscopes
from napari_dip.io.tiff.checks import (
    check_chain,
    check_pages,
    check_shape,
    no_loss,
)
from napari_dip.io.tiff.metadata import (
    of_a_plane,
    read_metadata,
    read_text,
    style_of,
)
from napari_dip.io.tiff.no_data import find_no_data
from napari_dip.io.tiff.ome import check_companions, metadata_file

# Images that a message lists.
_LISTED = 8
_ALPHA = (
    tifffile.EXTRASAMPLE.ASSOCALPHA,
    tifffile.EXTRASAMPLE.UNASSALPHA,
)


@dataclass(frozen=True)
class _Found:
    """Pages or a series of a file, their first page, and what is said."""

    pixels: Any
    page: Any
    series: int
    notes: tuple[str, ...] = ()


def read_tiff(path: Path, choice: Choice | None = None) -> StoredImage:
    """Read the image of a TIFF file, with its axes and pixel size.

    Parameters
    ----------
    path : Path
        The file.
    choice : Choice or None
        Which image of several; None if there is nothing to choose by.

    Raises
    ------
    FileError
        If it holds several images or only part of one.
    """
    check_chain(path)
    with no_loss() as refuse, tifffile.TiffFile(path) as file:
        if choice is not None and choice.page is not None:
            found = _find_page(file, path, choice.page)
        else:
            found = _find_series(file, path, choice)
        refuse()
        return _describe(file, found, choice)


def _describe(
    file: tifffile.TiffFile, found: _Found, choice: Choice | None
) -> StoredImage:
    page, style = found.page, style_of(file)
    data = found.pixels.asarray()
    check_shape(data, found.pixels.shape)
    size, details = read_metadata(file, page, found.series)
    if choice is not None and choice.page is not None:
        details = of_a_plane(details, style)
    data, axes = _without_single_samples(data, found.pixels.axes)
    data, size, turned = orientation.upright(
        data, axes, size, page.tags.valueof(orientation.TAG)
    )
    # ImageJ and OME give intensities a colour table to show them in.
    palette = page.photometric == tifffile.PHOTOMETRIC.PALETTE
    missing, value = find_no_data(page, data)
    if missing is not None:
        # Of the intensities, not of the opacity.
        missing, _, _ = _split_opacity(missing, axes, page)
    data, axes, opacity = _split_opacity(data, axes, page)
    return StoredImage(
        data,
        axes,
        size,
        style,
        details,
        read_text(page, style),
        inverted=page.photometric == tifffile.PHOTOMETRIC.MINISWHITE,
        indexed=palette and style == 'plain',
        opacity=opacity,
        missing=missing,
        notes=found.notes + tuple(_notes(file, page, turned, missing, value)),
    )


def _notes(
    file: tifffile.TiffFile,
    page: Any,
    turned: bool,
    missing: NDArray[np.bool_] | None,
    value: str,
) -> Iterator[str]:
    if turned:
        yield orientation.NOTE
    if microscopes.has_settings(page.tags):
        yield microscopes.NOTE
    if missing is not None and missing.any():
        yield (
            f'{np.count_nonzero(missing)} values are {value}, which a tag of '
            'the file says is no data: they were read as missing.'
        )
    main = metadata_file(file.ome_metadata) if file.ome_metadata else None
    if main is not None:
        yield (
            f'The file is a part of a set that {main!r} describes; it was '
            'read by itself.'
        )


def _find_page(file: tifffile.TiffFile, path: Path, number: int) -> _Found:
    """Find a single plane, whatever the file says it is a part of."""
    pages = file.pages
    if 0 <= number < len(pages):
        page: Any = pages[number]
        check_pages(path, [page])
        return _Found(page, page, 0)
    raise FileError(
        f'it has {len(pages)} pages, and none of number {number}; choose one '
        f'from 0 to {len(pages) - 1} with --page.'
    )


def _find_series(
    file: tifffile.TiffFile, path: Path, choice: Choice | None
) -> _Found:
    if file.is_ome and file.ome_metadata:
        try:
            check_companions(path, file.ome_metadata)
        except FileError as error:
            raise _with_planes(error, file, choice) from error
    number, notes = _choose(file, choice)
    series = file.series[number]
    check_pages(path, list(series.pages))
    return _Found(series, series.keyframe, number, notes)


def _with_planes(
    error: FileError, file: tifffile.TiffFile, choice: Choice | None
) -> FileError:
    """Offer the planes that are there."""
    if choice is None:
        return error
    return FileError(
        f'{error} Or take one plane of this file with --page, from 0 to '
        f'{len(file.pages) - 1}.'
    )


def _choose(
    file: tifffile.TiffFile, choice: Choice | None
) -> tuple[int, tuple[str, ...]]:
    """Choose an image of a file, and say what is left aside."""
    number = len(file.series)
    if choice is not None and choice.series is not None:
        if 0 <= choice.series < number:
            return choice.series, ()
        raise FileError(
            f'it holds no image of number {choice.series}; choose one with '
            f'--series: {_list(file)}.'
        )
    full = [i for i, s in enumerate(file.series) if not s.keyframe.is_reduced]
    if number == 1:
        return 0, ()
    if len(full) == 1:
        note = (
            f'The file also holds {number - 1} reduced versions of the '
            'image; they were left out.'
        )
        return full[0], (note,)
    if number == 0:
        raise FileError('it holds no image; copy or save it again.')
    way = (
        'save the one to use as a file of its own'
        if choice is None
        else 'choose one with --series'
    )
    raise FileError(f'it holds {number} images; {way}: {_list(file)}.')


def _list(file: tifffile.TiffFile) -> str:
    """Name, shape and dtype of each image."""
    lines = []
    for number, series in enumerate(file.series[:_LISTED]):
        name = f'{series.name!r}, ' if series.name else ''
        shape = ' × '.join(str(length) for length in series.shape)
        lines.append(f'{number}: {name}{shape} {series.dtype} ({series.axes})')
    more = len(file.series) - _LISTED
    return ', '.join(lines) + (f' and {more} more' if more > 0 else '')


def _without_single_samples(
    data: NDArray[Any], axes: str
) -> tuple[NDArray[Any], str]:
    """Leave out an axis of samples that has one: a pixel is one number."""
    if 'S' not in axes or data.shape[axes.index('S')] != 1:
        return data, axes
    return data.squeeze(axes.index('S')), axes.replace('S', '')


def _split_opacity(
    data: NDArray[Any], axes: str, page: Any
) -> tuple[NDArray[Any], str, Opacity | None]:
    extra = [int(kind) for kind in page.extrasamples]
    found = [i for i, kind in enumerate(extra) if kind in _ALPHA]
    if 'S' not in axes or not found:
        return data, axes, None
    samples = data.shape[axes.index('S')]
    place = samples - len(extra) + found[0]
    if not 0 < place < samples:
        return data, axes, None
    associated = extra[found[0]] == tifffile.EXTRASAMPLE.ASSOCALPHA
    return split(data, axes, place, associated=associated)

"""What a layer and its file tell of its detector, axes and channels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import ParseError

from napari_dip.images.axes import letters_of
from napari_dip.io.errors import FileError
from napari_dip.io.ome_zarr import is_zarr, read_zarr
from napari_dip.io.tiff import ome
from napari_dip.noise.detector import Detector

if TYPE_CHECKING:
    from napari.layers import Image

#: Key of ``layer.metadata``. A name of our own, since what other software
#: calls gain may be a voltage, a dial position or the inverse.
DETECTOR_KEY = 'napari-dip-detector'

_NAMES = ('gain', 'offset', 'read_noise')
# What is wrong with a file is no matter of its axes: it was opened.
_UNREAD = (FileError, OSError, ValueError, ParseError)


class Told(NamedTuple):
    """What a file says of its image.

    Parameters
    ----------
    letters : str or None
        A letter for each axis.
    shape : tuple of int
        Lengths of the axes.
    channels : tuple of dict
        Label and colour of each channel, as OME-Zarr has them.
    """

    letters: str | None = None
    shape: tuple[int, ...] = ()
    channels: tuple[dict[str, Any], ...] = ()


def read_letters(layer: Image) -> str | None:
    """Read the letters of the axes from a layer, or from its OME file.

    None if neither names them.
    """
    letters = letters_of(layer.axis_labels)
    if letters is not None:
        return letters
    told = _told_by_file(layer)
    return told.letters if told.shape == tuple(layer.data.shape) else None


def read_channels(layer: Image) -> tuple[dict[str, Any], ...]:
    """Read names and colours of channels from a layer, or its OME file.

    The metadata of the layer may hold ``omero``, as OME-Zarr has it, or the
    text of OME-XML under any name.
    """
    omero = layer.metadata.get('omero')
    if isinstance(omero, Mapping) and omero.get('channels'):
        return tuple(omero['channels'])
    for text in layer.metadata.values():
        if isinstance(text, str) and '<OME' in text:
            try:
                return ome.describe_channels(ome.parse(text)[1])
            except ParseError:
                continue
    return _told_by_file(layer).channels


def _told_by_file(layer: Image) -> Told:
    path = Path(layer.source.path or '')
    try:
        return _read_told(path, path.stat().st_mtime_ns)
    except _UNREAD:
        return Told()


@lru_cache(maxsize=8)
def _read_told(path: Path, _changed: int) -> Told:
    if is_zarr(path):
        image = read_zarr(path)
        return Told(image.letters, image.data.shape, image.channels)
    # Opened with the first file, not with the window.
    import tifffile

    with tifffile.TiffFile(path) as file:
        if not file.is_ome or len(file.series) != 1:
            return Told()
        [series] = file.series
        _, details = ome.parse(file.ome_metadata or '')
        return Told(series.axes, series.shape, ome.describe_channels(details))


def read_detector(layer: Image) -> Detector | None:
    """Read the detector that ``layer.metadata['napari-dip-detector']`` tells.

    Parameters
    ----------
    layer : Image
        Its metadata may hold a dictionary with ``gain`` and perhaps
        ``offset`` and ``read_noise``, in the units of
        :class:`~napari_dip.Detector`.

    Returns
    -------
    Detector or None
        None if the metadata tell nothing.

    Raises
    ------
    ValueError
        If they tell something that is no detector.
    """
    if DETECTOR_KEY not in layer.metadata:
        return None
    where = f'Layer "{layer.name}": metadata["{DETECTOR_KEY}"]'
    told = layer.metadata[DETECTOR_KEY]
    if not isinstance(told, Mapping):
        raise ValueError(
            f'{where} is no dictionary; give one with "gain", "offset" and '
            '"read_noise", or remove it.'
        )
    unknown = [name for name in told if name not in _NAMES]
    if unknown or 'gain' not in told:
        raise ValueError(
            f'{where} has the entries {list(told)}; give "gain" and, if '
            'known, "offset" and "read_noise", or remove it.'
        )
    try:
        return Detector(**told, origin='from the metadata of the layer')
    except ValueError as error:
        raise ValueError(f'{where}: {error}') from error

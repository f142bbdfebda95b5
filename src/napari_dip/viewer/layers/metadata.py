"""What the metadata of a layer tell about its detector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from napari_dip.noise.detector import Detector

if TYPE_CHECKING:
    from napari.layers import Image

#: Key of ``layer.metadata``. A name of our own, since what other software
#: calls gain may be a voltage, a dial position or the inverse.
DETECTOR_KEY = 'napari-dip-detector'

_NAMES = ('gain', 'offset', 'read_noise')


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

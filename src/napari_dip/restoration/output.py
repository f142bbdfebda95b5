"""From a network's estimate to the user's image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.restoration.axes import from_channels_first
from napari_dip.restoration.binning import unbin_planes
from napari_dip.restoration.intensity import Intensity


@dataclass(frozen=True)
class Output:
    """Way from the network's range back to what the user gave.

    Parameters
    ----------
    intensity : Intensity
        Map of the intensities.
    channel_axis : int or None
        Where the channels belong.
    binning : int
        Pixels of the image along a side of a pixel of the estimate.
    shape : tuple of int
        Rows and columns of the image, if it was binned.
    defects : int
        Hot and dead pixels that were treated as missing.
    saturated : int
        Pixels at the ceiling of the detector, for the record.
    data : ndarray, optional
        ``(channels, rows, columns)``; its known pixels are put back.
    known : ndarray of bool, optional
        Same shape.
    """

    intensity: Intensity
    channel_axis: int | None
    binning: int = 1
    shape: tuple[int, ...] = ()
    defects: int = 0
    saturated: int = 0
    data: NDArray[Any] | None = None
    known: NDArray[np.bool_] | None = None

    def describe_noise(self) -> str:
        """Say what noise was assumed, in words."""
        text = self.intensity.describe()
        if self.binning > 1:
            text = (
                'Gaussian noise that neighbouring pixels share, fitted on a '
                f'grid {self.binning} times coarser'
            )
            if self.intensity.detector is not None:
                text += '; the detector as given has no part in it'
        if self.defects:
            plural = 's' if self.defects > 1 else ''
            text += f'; {self.defects} hot or dead pixel{plural} left out'
        if self.saturated:
            plural = 's' if self.saturated > 1 else ''
            text += f'; {self.saturated} saturated pixel{plural}'
        return text

    def to_image(self, estimate: NDArray[Any]) -> NDArray[np.float32]:
        """Bring ``(channels, rows, columns)`` to the user's units and axes."""
        planes = self.intensity.backward(estimate)
        if self.binning > 1:
            rows, columns = self.shape
            finer = unbin_planes(planes, self.binning, (rows, columns))
            planes = finer.astype(np.float32)
        if self.data is not None and self.known is not None:
            np.copyto(planes, self.data, where=self.known, casting='unsafe')
        image: NDArray[np.float32] = from_channels_first(
            planes, self.channel_axis
        )
        return image

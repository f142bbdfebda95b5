"""From a network's estimate to the user's image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.binning import unbin_planes
from napari_dip.grid.regions import Region
from napari_dip.images.acquired import AcquiredImage
from napari_dip.noise.intensity import Intensity


@dataclass(frozen=True)
class Output:
    """Way from the network's range back to what the user gave.

    Parameters
    ----------
    intensity : Intensity
        Map of the intensities.
    image : AcquiredImage or None
        Whose axes the result has; None leaves it as planes.
    binning : int
        Pixels of the image along a side of a pixel of the estimate.
    shape : tuple of int
        Rows and columns of the image, if it was binned.
    defects : int
        Hot and dead pixels that were treated as missing.
    saturated : int
        Pixels at the ceiling of the detector, for the record.
    made_of : str
        What the data were made of, for the record.
    correlated : str
        How far noise is correlated, for the record; empty if it is not.
    stripes : str
        Offsets of rows and columns that were taken out, for the record.
    data : ndarray, optional
        ``(channels, rows, columns)``, at the grid of the result.
    known : ndarray of bool, optional
        Same shape.
    keep_known : bool
        Whether known pixels of the data are put back.
    borders : ndarray of bool, optional
        Pixels of the data that are put back, known or not.
    pilot : ndarray, optional
        ``(channels, rows, columns)``, an earlier estimate in the units of
        the data, which stands until this one has settled.
    measured : bool
        Whether the noise was measured on what that has left.
    matches_mean : bool
        Whether each channel gets the mean of its data.
    place : Region, optional
        Part of the image that the estimate is of, where pixels are missing
        nowhere else; all of it unless given.
    """

    intensity: Intensity
    image: AcquiredImage | None
    binning: int = 1
    shape: tuple[int, ...] = ()
    defects: int = 0
    saturated: int = 0
    made_of: str = ''
    correlated: str = ''
    stripes: str = ''
    data: NDArray[Any] | None = None
    known: NDArray[np.bool_] | None = None
    keep_known: bool = False
    borders: NDArray[np.bool_] | None = None
    pilot: NDArray[np.float32] | None = None
    measured: bool = False
    matches_mean: bool = False
    place: Region | None = None

    def describe_noise(self) -> str:
        """Say what noise was assumed, in words."""
        text = self.intensity.describe(self.binning**2)
        if self.correlated:
            text = f'Correlated noise ({self.correlated})'
            if self.binning > 1:
                text += f', fitted in bins of {self.binning} × {self.binning}'
            if self.measured:
                text += ', measured on what a first fit left'
        elif self.binning > 1:
            text += f', in bins of {self.binning} × {self.binning} pixels'
        given = self.intensity.detector is not None
        if given and not self.intensity.stabilises:
            text += '; the detector as given has no part in it'
        if self.stripes:
            text += f'; {self.stripes}'
        if self.defects:
            plural = 's' if self.defects > 1 else ''
            text += f'; {self.defects} hot or dead pixel{plural} left out'
        if self.saturated:
            plural = 's' if self.saturated > 1 else ''
            text += f'; {self.saturated} saturated pixel{plural}'
        if self.made_of:
            text += f'; {self.made_of}'
        return text

    def to_deviation(
        self, estimate: NDArray[Any], deviation: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Bring a standard deviation about an estimate to units and axes.

        It is the step from the estimate to one deviation above: below, the
        inverse of a stabilised estimate ends at no light at all.
        """
        above = self.to_planes(estimate + deviation)
        step = np.maximum(above - self.to_planes(estimate), 0)
        return self.deviation_in_axes(step)

    def to_image(self, estimate: NDArray[Any]) -> NDArray[np.float32]:
        """Bring ``(channels, rows, columns)`` to the user's units and axes."""
        return self.in_axes(self.to_planes(estimate))

    def to_planes(self, estimate: NDArray[Any]) -> NDArray[np.float32]:
        """Bring an estimate to the user's units and pixels."""
        planes = self.intensity.backward(estimate)
        if self.binning > 1:
            finer = unbin_planes(planes, self.binning, self.shape)
            planes = finer.astype(np.float32)
        if self.place is not None:
            planes = self._around(planes, self.place)
        self.put_back_known(planes)
        return planes

    def _around(
        self, part: NDArray[np.float32], place: Region
    ) -> NDArray[np.float32]:
        """Put a part into its place in an image that holds nothing else."""
        assert self.data is not None
        planes = np.zeros(self.data.shape, np.float32)
        place.cut(planes)[:] = part
        return planes

    def put_back_known(self, planes: NDArray[np.float32]) -> None:
        """Give known pixels their values, if they keep them."""
        if self.keep_known:
            self.give_back(planes, [True] * len(planes))
        if self.borders is not None:
            assert self.data is not None
            np.copyto(planes, self.data, where=self.borders, casting='unsafe')

    def match_mean(self, planes: NDArray[np.float32]) -> None:
        """Shift channels to the mean of their known pixels, if they have it.

        Noise has hardly a part in the mean of so many pixels; filters and the
        inverse of a stabilised mean add to it. Where noise was clipped, the
        mean of the data is not that of the light.
        """
        if not self.matches_mean or self.data is None:
            return
        assert self.known is not None
        for plane, data, known, scale in zip(
            planes, self.data, self.known, self.intensity.channels, strict=True
        ):
            if scale.clipping is None:
                off = (data[known] - plane[known].astype(float)).mean()
                plane += np.float32(off)
        self.put_back_known(planes)

    @property
    def may_give_back(self) -> bool:
        """Whether known pixels are restored on the grid of the result."""
        return self.data is not None and not self.keep_known

    def give_back(
        self, planes: NDArray[np.float32], channels: list[bool]
    ) -> None:
        """Give the known pixels of some channels their values."""
        if not any(channels):
            return
        assert self.data is not None
        assert self.known is not None
        for plane, data, known, back in zip(
            planes, self.data, self.known, channels, strict=True
        ):
            if back:
                np.copyto(plane, data, where=known, casting='unsafe')

    def in_axes(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring planes to the user's axes."""
        return planes if self.image is None else self.image.to_user(planes)

    def deviation_in_axes(
        self, planes: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Bring the planes of a deviation to the user's axes."""
        if self.image is None:
            return planes
        return self.image.uncertainty_to_user(planes)

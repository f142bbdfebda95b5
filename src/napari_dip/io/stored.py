"""An image as it lies in a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_dip.io.pictures.opacity import Opacity
from napari_dip.io.pictures.pixel_size import PixelSize

#: Letter of an axis that the file does not name.
UNKNOWN = 'Q'

Style = Literal['plain', 'imagej', 'ome']


@dataclass(frozen=True)
class StoredImage:
    """Pixels of a file with what it says about them.

    Parameters
    ----------
    data : ndarray
        The pixels, unchanged, without their opacity.
    axes : str
        A letter for each axis as tifffile writes them: Y and X for rows and
        columns, C for channels, S for the samples of a pixel such as red,
        green and blue, Z, T and others for a stack.
    pixel_size : PixelSize
        Where the file tells it.
    style : {'plain', 'imagej', 'ome'}
        How a TIFF file holds its metadata.
    details : dict
        Metadata that is carried over as it is, in the names of the style.
    text : dict
        Description, date and the like in the names of TIFF tags.
    inverted : bool
        Whether small values are shown bright.
    indexed : bool
        Whether the pixels are numbers of colours, and not intensities.
    opacity : Opacity or None
        Where the file has it.
    missing : ndarray of bool or None
        Shape of `data`; True where the file says that there is no
        measurement.
    notes : tuple of str
        What a reader assumed or left out, a sentence each.
    """

    data: NDArray[Any]
    axes: str
    pixel_size: PixelSize = field(default_factory=PixelSize)
    style: Style = 'plain'
    details: dict[str, Any] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    inverted: bool = False
    indexed: bool = False
    opacity: Opacity | None = None
    missing: NDArray[np.bool_] | None = None
    notes: tuple[str, ...] = ()

    @property
    def masked(self) -> NDArray[Any]:
        """The pixels, as a masked array where some are missing."""
        if self.missing is None or not self.missing.any():
            return self.data
        masked: NDArray[Any] = np.ma.MaskedArray(self.data, self.missing)
        return masked

    def restored(
        self, data: NDArray[Any], axes: str, factor: tuple[int, ...]
    ) -> StoredImage:
        """Return what was made of the image, with all that is still true.

        Parameters
        ----------
        data : ndarray
            The new pixels; none is missing.
        axes : str
            Their axes.
        factor : tuple of int
            Rows and columns that each pixel was cut into; depths first, if
            it was cut along them.
        """
        opacity = self.opacity
        if opacity is not None:
            letters = 'ZYX'[-len(factor) :]
            by_letter = dict(zip(letters, factor, strict=True))
            opacity = opacity.enlarged(axes, by_letter)
        return replace(
            self,
            data=data,
            axes=axes,
            pixel_size=self.pixel_size.divided(
                factor[-2], factor[-1], *factor[:-2]
            ),
            opacity=opacity,
            missing=None,
        )

    @property
    def joined(self) -> tuple[NDArray[Any], str]:
        """Pixels and opacity in one array, and its axes."""
        if self.opacity is None:
            return self.data, self.axes
        return self.opacity.join(self.data, self.axes)


@dataclass(frozen=True)
class Choice:
    """What a user chose of a file, counted from 0.

    Parameters
    ----------
    series : int or None
        Which image; None for the only one.
    page : int or None
        Which single plane of a TIFF file, as the file counts them; it goes
        before `series`.
    """

    series: int | None = None
    page: int | None = None

    @property
    def made(self) -> bool:
        """Whether anything was chosen."""
        return self.series is not None or self.page is not None


ONLY = Choice()

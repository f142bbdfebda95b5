"""Of a colour image its brightness alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.acquired import AcquiredImage
from napari_dip.noise.jpeg import LUMA


@dataclass(frozen=True)
class Brightness(AcquiredImage):
    """The brightness of a colour image, in one plane.

    Parameters
    ----------
    colours : (3, M, N) ndarray
        Red, green and blue.
    """

    colours: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((3, 1, 1), np.float32)
    )

    def to_user(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Change the brightness of the colours, and bring them to the user."""
        change = planes - self.planes
        return super().to_user(self.colours + change.astype(np.float32))


def brightness_of(image: AcquiredImage) -> AcquiredImage:
    """Return the brightness of an RGB image; any other image as it is."""
    last = len(image.axes.shape) - 1
    if len(image.planes) != len(LUMA) or image.axes.channel_axis != last:
        return image
    brightness = np.tensordot(LUMA, image.planes.astype(float), 1)
    return Brightness(
        brightness[np.newaxis],
        image.axes,
        image.alpha,
        image.notes,
        colours=image.planes.astype(np.float32),
    )

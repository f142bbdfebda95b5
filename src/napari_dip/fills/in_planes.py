"""A fill of planes, for the planes of a volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_dip.fills.base import Fill, Image, Mask
from napari_dip.fills.smooth import Harmonic


@dataclass(frozen=True)
class InPlanes(Fill):
    """Another fill, of each plane of a volume by itself.

    It knows nothing of other planes, which tell little where the step between
    them is large. Planes of which nothing is known follow from the others,
    harmonically.

    Parameters
    ----------
    fill : Fill
        The other one.
    """

    fill: Fill

    @property
    def name(self) -> str:
        """What the record calls it."""
        return f'{self.fill.name} in each plane'

    def terms(self, ndim: int) -> int:
        """Coefficients of the equations of a voxel."""
        return self.fill.terms(ndim - 1)

    def __call__(self, image: Image, missing: Mask) -> Image:
        """Fill one channel."""
        filled, in_plane = image.copy(), (1, 2)
        lost: Mask = np.all(missing, axis=in_plane)
        for number in np.flatnonzero(missing.any(axis=in_plane) & ~lost):
            filled[number] = self.fill(image[number], missing[number])
        if not lost.any():
            return filled
        left = np.broadcast_to(lost[:, None, None], missing.shape)
        return Harmonic()(filled, left)

"""The measurement is the image, with noise."""

from __future__ import annotations

from torch import Tensor

from napari_dip.operators.base import Operator


class Identity(Operator):
    """The measurement is the image, with noise.

    Missing pixels need no other operator: they have weight zero in the data
    term, as have held-out and not-a-number pixels.
    """

    def __call__(self, image: Tensor) -> Tensor:
        """Return the image."""
        return image

    def adjoint(self, data: Tensor) -> Tensor:
        """Return the data."""
        return data

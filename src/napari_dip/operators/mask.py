"""Pixels that were measured, and pixels that were not."""

from __future__ import annotations

from torch import Tensor

from napari_dip.grid.regions import Region, cut_all
from napari_dip.operators.base import Operator


class Mask(Operator):
    """Multiplication with a mask.

    Parameters
    ----------
    known : Tensor
        ``(1, c, *shape)``: 1 where there is a datum, 0 where there is none.
    """

    def __init__(self, known: Tensor) -> None:
        self.known = known

    def __call__(self, image: Tensor) -> Tensor:
        """Apply A to ``(n, c, *shape)``."""
        return image * self.known

    def adjoint(self, data: Tensor) -> Tensor:
        """Do the same: a mask is its own transpose."""
        return self(data)

    def within(self, windows: list[Region]) -> Mask:
        """Return the mask inside windows."""
        return Mask(cut_all(self.known, windows))

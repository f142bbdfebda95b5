"""Operators one after the other."""

from __future__ import annotations

from torch import Tensor

from napari_dip.grid.regions import Region, Shape
from napari_dip.operators.base import Operator


class Compose(Operator):
    """Operators one after the other, the first on the image.

    Parameters
    ----------
    *operators : Operator
        Each makes the image of the next.

    Examples
    --------
    >>> from napari_dip.operators.blur import Blur
    >>> from napari_dip.operators.downsample import Downsample
    >>> both = Compose(Blur((1.0, 1.0)), Downsample((2, 2)))
    >>> both.image_shape((8, 8)), both.halo()
    ((16, 16), (4, 4))
    """

    def __init__(self, *operators: Operator) -> None:
        self.operators = operators

    def __call__(self, image: Tensor) -> Tensor:
        """Apply A to ``(n, c, *shape)``."""
        for operator in self.operators:
            image = operator(image)
        return image

    def adjoint(self, data: Tensor) -> Tensor:
        """Apply the transposes, the last first."""
        for operator in reversed(self.operators):
            data = operator.adjoint(data)
        return data

    def image_shape(self, data_shape: Shape) -> Shape:
        """Return the shape of the first image."""
        for operator in reversed(self.operators):
            data_shape = operator.image_shape(data_shape)
        return data_shape

    def data_window(self, window: Region) -> Region:
        """Return the window of the last data."""
        for operator in self.operators:
            window = operator.data_window(window)
        return window

    def halo(self, ndim: int = 2) -> Shape:
        """Sum of the reaches, in pixels of the first image."""
        total, pixels = [0] * ndim, [1] * ndim
        for operator in self.operators:
            reach = operator.halo(ndim)
            # Pixels of the first image that the next counts in.
            more = operator.image_shape((1,) * ndim)
            for axis in range(ndim):
                total[axis] += reach[axis] * pixels[axis]
                pixels[axis] *= more[axis]
        return tuple(total)

    def within(self, windows: list[Region]) -> Compose:
        """Return each for the windows of its own image."""
        found = []
        for operator in self.operators:
            found.append(operator.within(windows))
            windows = [operator.data_window(window) for window in windows]
        return Compose(*found)

"""A: fixed linear maps from the image to what was measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from napari_dip.grid.regions import Region, Shape


class Operator(Protocol):
    """Forward model of the measurement, a linear map.

    What is written here holds for maps that are the same everywhere and give
    a datum for each pixel; others say what differs.
    """

    def __call__(self, image: Tensor) -> Tensor:
        """Apply A to ``(n, c, *shape)``."""

    def adjoint(self, data: Tensor) -> Tensor:
        """Apply the transpose of A to data of whole images."""
        shape = self.image_shape(data.shape[2:])
        return transpose(self, data, (*data.shape[:2], *shape))

    def image_shape(self, data_shape: Shape) -> Shape:
        """Shape of the image behind data of a given shape."""
        return data_shape

    def data_window(self, window: Region) -> Region:
        """Region of the data that a window of the image predicts."""
        return window

    def halo(self, ndim: int = 2) -> Shape:
        """Pixels beyond a window of the image that its data depend on.

        One number for each of so many spatial axes.
        """
        return (0,) * ndim

    def in_units(self, data: Tensor, factors: Tensor) -> Operator:
        """Return A for data that were brought to other units.

        Parameters
        ----------
        data : Tensor
            ``(1, c, *shape)``: the data in those units.
        factors : Tensor
            ``(c,)``: what each channel was divided by. A linear map is the
            same in all units.
        """
        del data, factors
        return self

    def within(self, windows: list[Region]) -> Operator:
        """Return A for windows of the image, stacked along the batch."""
        del windows
        return self


def transpose(
    forward: Callable[[Tensor], Tensor], data: Tensor, shape: tuple[int, ...]
) -> Tensor:
    """Apply the transpose of a linear map, the gradient of <A x, y> by x.

    Parameters
    ----------
    forward : callable
        A.
    data : Tensor
        y.
    shape : tuple of int
        That of x.

    Examples
    --------
    >>> import torch
    >>> transpose(lambda x: x.sum(1), torch.tensor([2.0]), (1, 3)).tolist()
    [[2.0, 2.0, 2.0]]
    """
    with torch.inference_mode(mode=False), torch.enable_grad():
        image = data.new_zeros(shape).requires_grad_()
        (found,) = torch.autograd.grad(forward(image), image, data)
    return found

"""A point spread function, Gaussian along each axis."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from napari_dip.grid.regions import Shape
from napari_dip.operators.base import Operator
from napari_dip.operators.separable import filter_along

#: Standard deviations beyond which a Gaussian is cut off.
REACH = 4


class Blur(Operator):
    """Convolution with a Gaussian point spread function.

    Parameters
    ----------
    sigmas : tuple of float
        Standard deviation along each axis, in pixels; 0 leaves an axis as
        it is.

    Examples
    --------
    >>> import torch
    >>> Blur((2.0, 1.0))(torch.ones(1, 1, 16, 16)).std().item() < 1e-6
    True
    """

    def __init__(self, sigmas: tuple[float, ...]) -> None:
        self.sigmas = sigmas
        self._weights = [_gaussian(sigma) for sigma in sigmas]

    def __call__(self, image: Tensor) -> Tensor:
        """Apply A to ``(n, c, *shape)``."""
        self._weights = [w.to(image) for w in self._weights]
        for axis, weights in enumerate(self._weights):
            if weights.numel() > 1:
                image = filter_along(image, weights, axis)
        return image

    def halo(self, ndim: int = 2) -> Shape:
        """Reach of the point spread function."""
        del ndim
        return tuple(w.numel() // 2 for w in self._weights)


def _gaussian(sigma: float) -> Tensor:
    if sigma == 0:
        return torch.ones(1, dtype=torch.float32)
    reach = math.ceil(REACH * sigma)
    distance = torch.arange(-reach, reach + 1, dtype=torch.float64)
    weights = torch.exp(-((distance / sigma) ** 2) / 2)
    return (weights / weights.sum()).float()

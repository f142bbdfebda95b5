"""A low-pass filter, and fewer pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from operator import floordiv, mul
from typing import Literal

import torch
from torch import Tensor

from napari_dip.grid.regions import Region, Shape
from napari_dip.operators.base import Operator
from napari_dip.operators.separable import filter_along

Kernel = Literal['area', 'gaussian', 'lanczos2', 'lanczos3']


def _box(distance: Tensor, factor: int) -> Tensor:
    return (distance.abs() <= factor / 2).to(distance)


def _gaussian(distance: Tensor, factor: int) -> Tensor:
    # A full width at half maximum of one data pixel.
    sigma = factor / (2 * math.sqrt(2 * math.log(2)))
    return torch.exp(-0.5 * (distance / sigma) ** 2)


def _lanczos(distance: Tensor, factor: int, lobes: int) -> Tensor:
    x = distance / factor
    return torch.sinc(x) * torch.sinc(x / lobes) * (x.abs() < lobes)


# Function of the distance from a data pixel's centre, and its support as
# a multiple of the factor.
_KERNELS: dict[Kernel, tuple[Callable[[Tensor, int], Tensor], int]] = {
    'area': (_box, 1),
    'gaussian': (_gaussian, 3),
    'lanczos2': (partial(_lanczos, lobes=2), 4),
    'lanczos3': (partial(_lanczos, lobes=3), 6),
}


@cache
def kernel_weights(kernel: Kernel, factor: int) -> Tensor:
    """Weights of the image pixels around a data pixel, summing to 1.

    Symmetric about the centre of the data pixel, so that the operator does
    not shift: data pixel k sits at image coordinate ``(k + 1/2) factor -
    1/2``.
    """
    if factor == 1:
        return torch.ones(1, dtype=torch.float32)
    profile, support = _KERNELS[kernel]
    # As wide as the support and centred alike: length has factor's parity.
    length = support * factor
    length -= (length - factor) % 2
    centre = (length - 1) / 2
    distance = torch.arange(length, dtype=torch.float64) - centre
    weights = profile(distance, factor)
    return (weights / weights.sum()).float()


class Downsample(Operator):
    """Low-pass filter and decimation by an integer factor along each axis.

    Separable, depthwise, without weights to learn. At the border the image
    is continued by its outermost pixels.

    Parameters
    ----------
    factors : tuple of int
        Image pixels a data pixel along each axis, at least 1.
    kernel : {'area', 'gaussian', 'lanczos2', 'lanczos3'}
        'area' is the mean over a data pixel, which is what a camera pixel
        collects; 'gaussian' has a full width at half maximum of one data
        pixel; 'lanczos2' is what the published method assumes, 'lanczos3'
        what most image libraries reduce with.

    Examples
    --------
    >>> import torch
    >>> Downsample((2, 4))(torch.ones(1, 1, 8, 8)).shape
    torch.Size([1, 1, 4, 2])
    """

    def __init__(self, factors: Shape, kernel: Kernel = 'area') -> None:
        self.factors = factors
        self.kernel = kernel
        self._weights = tuple(kernel_weights(kernel, f) for f in factors)

    def __call__(self, image: Tensor) -> Tensor:
        """Apply A to ``(n, c, *shape)``."""
        # Moved once: a copy to a GPU at each iteration would wait for it.
        self._weights = tuple(w.to(image) for w in self._weights)
        for axis, weights in enumerate(self._weights):
            factor = self.factors[axis]
            if factor > 1:
                image = filter_along(image, weights, axis, factor)
        return image

    def image_shape(self, data_shape: Shape) -> Shape:
        """Return the shape of the data times the factors."""
        return tuple(map(mul, data_shape, self.factors))

    def data_window(self, window: Region) -> Region:
        """Return the window in data pixels; it must lie on their edges."""
        return Region(
            tuple(map(floordiv, window.start, self.factors)),
            tuple(map(floordiv, window.shape, self.factors)),
        )

    def halo(self, ndim: int = 2) -> Shape:
        """Reach of the low-pass filter beyond a datum."""
        del ndim
        return tuple(
            (weights.numel() - factor) // 2
            for weights, factor in zip(
                self._weights, self.factors, strict=True
            )
        )

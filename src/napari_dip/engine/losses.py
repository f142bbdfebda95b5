"""E: how far a prediction is from the data."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from napari_dip.grid.interpolation import TINY


class DataTerm(Protocol):
    """How far a prediction is from the data, a scalar."""

    def __call__(
        self, prediction: Tensor, data: Tensor, weight: Tensor
    ) -> Tensor:
        """Return the mean over the data, each of which has a weight."""


def squared_error(prediction: Tensor, data: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean squared error, the likelihood of Gaussian noise.

    Parameters
    ----------
    prediction, data, weight : Tensor
        ``(n, c, h, w)``, float32; weight 0 is missing.

    Returns
    -------
    Tensor
        Scalar; 0 where nothing has weight.

    Examples
    --------
    >>> import torch
    >>> one = torch.ones(1, 1, 2, 2)
    >>> squared_error(3 * one, one, one).item()
    4.0
    """
    total = (weight * (prediction - data).square()).sum()
    return total / weight.sum().clamp(min=TINY)


def total_variation(image: Tensor) -> Tensor:
    """Mean absolute difference of neighbours, summed over the axes.

    Parameters
    ----------
    image : Tensor
        ``(n, c, *shape)``.

    Examples
    --------
    >>> import torch
    >>> total_variation(torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]])).item()
    1.0
    """
    total = image.new_zeros(())
    for axis in range(2, image.ndim):
        total = total + image.diff(dim=axis).abs().mean()
    return total

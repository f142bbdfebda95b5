"""E: how far a prediction is from the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from torch import Tensor
from torch.nn import functional as F

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


#: From images to feature maps.
Map = Callable[[Tensor], Tensor]


class FeatureDistance(DataTerm):
    """Squared distance of feature maps, as a part of their power.

    Parameters
    ----------
    features : callable
        From images to feature maps.
    image : Tensor
        Whose features are looked for.

    References
    ----------
    .. [1] A. Mahendran, A. Vedaldi, "Understanding Deep Image
           Representations by Inverting Them", CVPR 2015.
    """

    def __init__(self, features: Map, image: Tensor) -> None:
        self._features = features
        self._wanted = features(image).detach()
        self._power = self._wanted.square().mean().clamp(min=TINY)

    def __call__(
        self, prediction: Tensor, data: Tensor, weight: Tensor
    ) -> Tensor:
        """Return the distance of a prediction; the data are seen by it."""
        del data, weight
        distance = self._features(prediction) - self._wanted
        return distance.square().mean() / self._power


class Activation(DataTerm):
    """One that falls as a channel of a layer is more active.

    Parameters
    ----------
    features : callable
        From images to feature maps.
    unit : int
        The channel.
    image : Tensor
        An image whose activations tell what is much.
    """

    def __init__(self, features: Map, unit: int, image: Tensor) -> None:
        self._features = features
        self._unit = unit
        maps = features(image).detach()
        self._scale = maps.std().clamp(min=TINY)

    def __call__(
        self, prediction: Tensor, data: Tensor, weight: Tensor
    ) -> Tensor:
        """Return it for a prediction; an image has no part in it."""
        del data, weight
        active = self._features(prediction)[:, self._unit].mean()
        # Positive, so that what diverges can be told.
        return 1 / (1 + F.softplus(active / self._scale))

"""What a layer of a trained network makes of an image."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from napari_dip.models.base import Model

#: Mean and standard deviation of the colours that networks were trained on,
#: for images from 0 to 1.
NORMALISATIONS: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    'none': ((0.0,), (1.0,)),
    'imagenet': ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


class Features:
    """From images between 0 and 1 to what a layer gives out.

    Parameters
    ----------
    model : Model
        The network.
    layer : str
        The layer.
    mean, deviation : Tensor
        ``(c,)`` or ``(1,)``: normalisation of its input.
    channels : int
        Channels that it takes; an image of one is repeated.
    """

    def __init__(
        self,
        model: Model,
        layer: str,
        mean: Tensor,
        deviation: Tensor,
        channels: int,
    ) -> None:
        self._features = model.features(layer)
        self._mean = mean.reshape(1, -1, 1, 1)
        self._deviation = deviation.reshape(1, -1, 1, 1)
        self._channels = channels

    def __call__(self, image: Tensor) -> Tensor:
        """Return the feature maps, ``(n, features, height, width)``."""
        if image.shape[1] != self._channels:
            image = image.expand(-1, self._channels, -1, -1)
        mean, deviation = self._mean.to(image), self._deviation.to(image)
        return self._features((image - mean) / deviation)


def choose_layer(
    shapes: Mapping[str, tuple[int, ...]], layer: str
) -> tuple[int, ...]:
    """Check a layer and return the shape of its output.

    Raises
    ------
    ValueError
        If there is none of the name, or its output has no rows and columns.
    """
    spatial = [
        name
        for name, shape in shapes.items()
        if len(shape) == 3 and min(shape[1:]) > 1
    ]
    if layer not in shapes:
        raise ValueError(
            f'layer: {layer!r} is not among the layers of the model; choose '
            f'one of {", ".join(spatial)}.'
        )
    if layer not in spatial:
        raise ValueError(
            f'layer: what {layer!r} gives out has no rows and columns; choose '
            f'one of {", ".join(spatial)}.'
        )
    return shapes[layer]


def read_normalisation(
    model: Model, name: str, channels: int
) -> tuple[Tensor, Tensor, str]:
    """Return mean and deviation of a model's input, and say which it is.

    'auto' takes what the model holds as ``mean`` and ``std``.
    """
    own = model.normalisation() if name not in NORMALISATIONS else None
    if own is not None:
        return (*own, 'as the model holds it')
    mean, deviation = NORMALISATIONS.get(name, NORMALISATIONS['none'])
    if len(mean) not in (1, channels):
        raise ValueError(
            f'normalisation: {name!r} is for 3 channels, and the model takes '
            f'{channels}; choose "none".'
        )
    words = name if len(mean) > 1 else 'from 0 to 1, none else'
    return torch.tensor(mean), torch.tensor(deviation), words

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from napari_dip import maximise_activation

FEW = {'preset': 'fast', 'device': 'cpu'}


def bright() -> nn.Module:
    """Two channels: brightness, and its opposite."""
    layer = nn.Conv2d(1, 2, 3, padding=1)
    with torch.no_grad():
        layer.weight[0], layer.weight[1] = 1 / 9, -1 / 9
        layer.bias.zero_()
    return nn.Sequential(layer)


@pytest.mark.parametrize(('unit', 'sign'), [(0, 1), (1, -1)])
def test_the_channel_is_active(image, unit, sign):
    found, info = maximise_activation(
        image,
        bright(),
        '0',
        unit,
        **FEW,
        max_num_iter=60,
        return_info=True,
    )
    middle = (int(image.min()) + int(image.max())) / 2
    assert sign * (found.mean() - middle) > 0.3 * np.ptp(image)
    assert info.arguments['unit'] == unit


@pytest.mark.parametrize('unit', [2, -1, 0.5])
def test_a_channel_that_is_not_there(image, unit):
    with pytest.raises(ValueError, match=r"unit: .* of layer '0'.* 0 to 1"):
        maximise_activation(image, bright(), '0', unit)


@pytest.mark.parametrize(
    ('layer', 'message'),
    [
        ('conv9', "layer: 'conv9' is not among the layers .* choose one of 0"),
        ('2', "layer: what '2' gives out has no rows and columns; choose"),
    ],
)
def test_a_layer_that_has_no_channels_of_maps(image, layer, message):
    model = nn.Sequential(bright(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    with pytest.raises(ValueError, match=f'^{message}'):
        maximise_activation(image, model, layer)

"""What holds of layers, however a network is given."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from napari_dip.models.module import ModuleModel
from napari_dip.models.script import ScriptModel

IMAGE = torch.linspace(-1, 1, 64).reshape(1, 1, 8, 8)


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 3)
    ).eval()


@pytest.mark.parametrize(
    ('model', 'layer'),
    [
        (lambda: ModuleModel(network()), '0'),
        (lambda: ScriptModel(torch.jit.script(network())), 'conv2d_1'),
        (
            lambda: ScriptModel(torch.jit.trace(network(), IMAGE)),
            'convolution_1',
        ),
    ],
)
def test_a_layer_is_seen_before_a_later_one_changes_it(model, layer):
    convolution = network()[0]
    image = IMAGE.clone().requires_grad_()
    found = model().features(layer)(image)
    torch.testing.assert_close(found, convolution(IMAGE))
    found.sum().backward()
    of_layer = IMAGE.clone().requires_grad_()
    convolution(of_layer).sum().backward()
    torch.testing.assert_close(image.grad, of_layer.grad)


def test_normalisation_is_taken_from_the_module():
    module = network()
    assert ModuleModel(module).normalisation() is None
    module.register_buffer('mean', torch.tensor([0.4]))
    module.register_buffer('std', torch.tensor([0.2]))
    mean, deviation = ModuleModel(module).normalisation()
    assert (mean.item(), deviation.item()) == pytest.approx((0.4, 0.2))

from __future__ import annotations

import torch
from torch import nn

from napari_dip.networks import SkipSpec, UNetSpec, initialise


def weights(seed: int, noise: int = 0) -> torch.Tensor:
    torch.manual_seed(noise)
    network = UNetSpec((4, 8), norm='batch').build(3, 1)
    initialise(network, seed)
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def test_weights_depend_on_the_seed_alone():
    assert torch.equal(weights(1, noise=0), weights(1, noise=99))
    assert not torch.equal(weights(1), weights(2))


def test_the_global_generator_is_left_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    network = nn.Conv2d(2, 2, 3)
    torch.manual_seed(0)
    initialise(network, 5)
    assert torch.equal(torch.rand(3), expected)


def test_convolutions_are_uniform_within_the_root_of_fan_in():
    network = SkipSpec().build(32, 3)
    initialise(network, 0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.weight.numel() > 9999:
            bound = module.weight[0].numel() ** -0.5
            assert module.weight.abs().max() <= bound
            assert module.bias.abs().max() <= bound
            deviation = module.weight.std().item()
            assert abs(deviation - bound / 3**0.5) < 0.03 * bound


def test_a_gain_widens_the_draw():
    plain, wide = nn.Conv2d(9, 9, 3), nn.Conv2d(9, 9, 3)
    wide.gain = 2.0
    initialise(plain, 3)
    initialise(wide, 3)
    torch.testing.assert_close(wide.weight, 2 * plain.weight)

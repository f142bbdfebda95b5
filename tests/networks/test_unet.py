from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from napari_dip.networks import UNetSpec, initialise

SPECS = [
    UNetSpec((4, 4, 6)),
    UNetSpec((4, 4, 6), norm='batch'),
    UNetSpec((4,), reduction=4),
    UNetSpec((4, 5, 6, 7, 8), reduction=1, norm='batch'),
]


@pytest.mark.parametrize('spec', SPECS, ids=str)
@settings(max_examples=6, deadline=None)
@given(height=st.integers(16, 70), width=st.integers(16, 70))
@torch.no_grad()
def test_any_size_is_kept(spec, height, width):
    image = spec.build(3, 2)(torch.rand(2, 3, height, width))
    assert image.shape == (2, 2, height, width)
    assert torch.isfinite(image).all()


@pytest.mark.parametrize('reduction', [1, 2, 4])
@torch.no_grad()
def test_no_convolution_runs_at_full_resolution(reduction):
    network = UNetSpec((4, 4), reduction=reduction).build(3, 1)
    sides = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(
                lambda _, __, output: sides.append(output.shape[-1])
            )
    network(torch.rand(1, 3, 32, 32))
    assert max(sides) == 32 // reduction


@torch.no_grad()
def test_without_norm_a_window_is_seen_as_in_the_whole_image():
    spec = UNetSpec((4, 4), reduction=2)
    network = spec.build(3, 1)
    initialise(network, 0)
    latent = torch.rand(1, 3, 77, 85)
    whole = network(latent)
    start = 5 * spec.multiple
    window = network(latent[..., start:, start:])
    margin = 20
    torch.testing.assert_close(
        window[..., margin:, margin:],
        whole[..., start + margin :, start + margin :],
    )


@torch.no_grad()
def test_first_estimate_is_near_zero():
    network = UNetSpec((16, 16, 16)).build(3, 1)
    initialise(network, 0)
    assert network(torch.randn(1, 3, 64, 64)).std() < 0.3


def test_deep_layers_neither_die_nor_explode():
    network = UNetSpec((16,) * 5).build(3, 1)
    initialise(network, 0)
    spreads = []
    for module in network.modules():
        if isinstance(module, nn.LeakyReLU):
            module.register_forward_hook(
                lambda _, __, output: spreads.append(output.std().item())
            )
    network(torch.randn(1, 3, 64, 64))
    assert 0.1 < min(spreads) < max(spreads) < 10


def test_only_the_batch_kind_has_batch_norm():
    def norms(kind):
        modules = UNetSpec((4, 4), norm=kind).build(3, 1).modules()
        return sum(isinstance(m, nn.BatchNorm2d) for m in modules)

    assert norms('none') == 0
    assert norms('batch') > 0

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from napari_dip.networks import DeepDecoderSpec


@settings(max_examples=10, deadline=None)
@given(
    height=st.integers(16, 70),
    width=st.integers(16, 70),
    depth=st.integers(1, 6),
)
@torch.no_grad()
def test_any_size_is_kept(height, width, depth):
    network = DeepDecoderSpec(width=6, depth=depth).build(4, 2)
    image = network(torch.rand(1, 4, height, width))
    assert image.shape == (1, 2, height, width)
    assert torch.isfinite(image).all()


def test_it_has_no_spatial_kernels_and_fewer_weights_than_pixels():
    network = DeepDecoderSpec(width=32).build(32, 1)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            assert module.kernel_size == (1, 1)
    assert sum(p.numel() for p in network.parameters()) < 128**2


@torch.no_grad()
def test_it_can_only_draw_what_is_smooth():
    # Bilinear doublings alone carry position: neighbours are alike.
    network = DeepDecoderSpec(width=16).build(16, 1)
    image = network(torch.rand(1, 16, 128, 128))
    step = (image[..., 1:] - image[..., :-1]).std()
    assert step < 0.25 * image.std()


@torch.no_grad()
def test_sigmoid_bounds_the_output():
    network = DeepDecoderSpec(width=8, sigmoid=True).build(8, 1)
    network.body.leave.bias.fill_(20.0)
    assert network(torch.rand(1, 8, 32, 32)).max() <= 1

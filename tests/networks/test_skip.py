from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from napari_dip.networks import SkipSpec


def narrow(depth: int = 5, **options) -> SkipSpec:
    defaults = {
        'down': (4,) * depth,
        'up': (4,) * depth,
        'skip': (2,) * depth,
        'down_kernel': (3,) * depth,
        'up_kernel': (3,) * depth,
        'upsampling': ('bilinear',) * depth,
    }
    return SkipSpec(**{**defaults, **options})


SPECS = {
    'denoising': narrow(),
    'without skips': narrow(skip=(0,) * 5, upsampling=('nearest',) * 5),
    'some skips': narrow(skip=(0, 0, 0, 2, 2)),
    'average': narrow(downsampling='average', skip=(0,) * 5),
    'wide kernels': narrow(6, down_kernel=(5,) * 6, pointwise=False),
    'widest kernels': narrow(3, down_kernel=(7, 7, 7), padding='zeros'),
    'deepest kernel widest': narrow(2, down_kernel=(3, 7)),
}


@pytest.mark.parametrize('spec', SPECS.values(), ids=SPECS.keys())
@settings(max_examples=6, deadline=None)
@given(height=st.integers(16, 70), width=st.integers(16, 70))
@torch.no_grad()
def test_any_size_is_kept(spec, height, width):
    network = spec.build(3, 2)
    image = network(torch.rand(1, 3, height, width))
    assert image.shape == (1, 2, height, width)
    assert torch.isfinite(image).all()


@pytest.mark.parametrize('spec', SPECS.values(), ids=SPECS.keys())
def test_every_weight_gets_a_gradient(spec):
    network = spec.build(3, 1)
    network(torch.rand(1, 3, 33, 40)).square().sum().backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name


@torch.no_grad()
def test_the_output_is_squeezed_only_if_asked():
    latent = 50 * torch.randn(1, 3, 32, 32)
    squeezed = narrow().build(3, 1)
    assert 0 <= squeezed(latent).min() < squeezed(latent).max() <= 1
    free = narrow(sigmoid=False).build(3, 1)
    free.body[-1].bias.fill_(5.0)
    assert free(latent).max() > 1


def test_batch_norm_stays_that_of_the_fit():
    network = narrow().build(3, 1)
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms
    assert not any(norm.track_running_stats for norm in norms)
    latent = torch.rand(1, 3, 32, 32)
    assert torch.equal(network(latent), network.eval()(latent))


def test_activation_padding_and_upsampling_are_the_published_ones():
    kinds = {type(m) for m in SkipSpec().build(32, 3).modules()}
    assert nn.LeakyReLU in kinds
    assert nn.Sigmoid in kinds
    network = SkipSpec().build(32, 3)
    slopes = {
        m.negative_slope
        for m in network.modules()
        if isinstance(m, nn.LeakyReLU)
    }
    assert slopes == {0.2}
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    spatial = [c for c in convolutions if c.kernel_size != (1, 1)]
    assert {c.padding_mode for c in spatial} == {'reflect'}
    assert sum(c.stride == (2, 2) for c in spatial) == 5
    upsampling = [m for m in network.modules() if isinstance(m, nn.Upsample)]
    assert [m.mode for m in upsampling] == ['bilinear'] * 5


def test_scales_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match=r'one entry a scale.*\[3, 5\]'):
        SkipSpec(skip=(4, 4, 4))

"""Every network on images of three axes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from napari_dip.networks import (
    CNNSpec,
    DeepDecoderSpec,
    SkipSpec,
    UNetSpec,
    build_network,
    initialise,
)
from napari_dip.networks.layers import (
    Conv,
    Merge,
    pixel_shuffle,
    pixel_unshuffle,
    reflect,
)

SHAPE = (32, 48, 40)
SPECS = {
    'published': SkipSpec((4,) * 5, (4,) * 5, (2,) * 5),
    'averages': SkipSpec((4,) * 5, (4,) * 5, downsampling='average'),
    'U-Net': UNetSpec((4, 4, 6)),
    'U-Net with batch norm': UNetSpec((4, 4, 6), norm='batch'),
    'CNN': CNNSpec(4, 4),
    'deep decoder': DeepDecoderSpec(width=6, depth=4),
}


def network(name: str, seed: int, noise: int = 0) -> nn.Module:
    torch.manual_seed(noise)
    made = build_network(SPECS[name], 2, 1, 3)
    initialise(made, seed)
    return made


@pytest.mark.parametrize('name', SPECS)
@pytest.mark.parametrize('shape', [SHAPE, (17, 35, 33)], ids=str)
def test_the_shape_is_kept_and_every_weight_learns(name, shape):
    made = network(name, 0)
    image = made(torch.rand(1, 2, *shape))
    assert image.shape == (1, 1, *shape)
    image.square().sum().backward()
    for key, weight in made.named_parameters():
        assert torch.isfinite(weight.grad).all(), key


@pytest.mark.parametrize('name', SPECS)
def test_the_seed_decides_every_weight(name):
    first, again, other = (
        dict(network(name, seed, noise).named_parameters())
        for seed, noise in ((1, 0), (1, 99), (2, 0))
    )
    drawn = 0
    for key, weight in first.items():
        assert torch.equal(weight, again[key]), key
        if weight.unique().numel() > 1:
            assert not torch.equal(weight, other[key]), key
            drawn += 1
    convolutions = [
        module
        for module in network(name, 0).modules()
        if isinstance(module, nn.Conv3d)
    ]
    assert drawn >= len(convolutions) > 0


@torch.no_grad()
def test_without_norm_a_region_is_seen_as_in_the_whole_volume():
    spec = UNetSpec((4, 4), reduction=2)
    made = build_network(spec, 2, 1, 3)
    initialise(made, 0)
    latent = torch.rand(1, 2, 44, 41, 46)
    start, margin = 2 * spec.multiple, 18
    inner = (..., *[slice(margin, None)] * 3)
    part = made(latent[(..., *[slice(start, None)] * 3)])
    outer = (..., *[slice(start + margin, None)] * 3)
    torch.testing.assert_close(part[inner], made(latent)[outer])


def test_merging_is_the_convolution_of_the_doubled_and_concatenated():
    merge = Merge[3](3, 2, 4)
    initialise(merge, 0)
    coarse, fine = torch.randn(2, 3, 3, 4, 2), torch.randn(2, 2, 6, 8, 4)
    doubled = F.interpolate(coarse, scale_factor=2, mode='nearest')
    together = torch.cat([doubled, fine], dim=1)
    expected = F.conv3d(together, merge.weight, merge.bias, padding=1)
    torch.testing.assert_close(merge(coarse, fine), expected)


@pytest.mark.parametrize('factor', [2, 3])
def test_shuffling_undoes_unshuffling(factor):
    image = torch.rand(2, 3, *(factor * n for n in (2, 3, 4)))
    folded = pixel_unshuffle(image, factor)
    assert folded.shape == (2, 3 * factor**3, 2, 3, 4)
    assert torch.equal(
        folded[:, 1], image[:, 0, ::factor, ::factor, 1::factor]
    )
    assert torch.equal(pixel_shuffle(folded, factor), image)


def test_shuffling_a_volume_of_equal_planes_is_that_of_a_plane():
    plane = torch.rand(1, 2, 6, 8)
    volume = plane[:, :, None].expand(-1, -1, 4, -1, -1)
    folded = pixel_unshuffle(volume, 2).unflatten(1, (2, 2, 4))
    expected = pixel_unshuffle(plane, 2).unflatten(1, (2, 4))
    assert torch.equal(folded[:, :, 1, :, 1], expected)


@pytest.mark.parametrize('before', [0, 3, 9])
def test_reflection_is_along_every_axis(before):
    image = torch.rand(1, 1, 5, 6, 7)
    margins = [(before, 4)] * 3
    expected = np.pad(image[0, 0].numpy(), margins, mode='reflect')
    found = reflect(image, before, expected.shape)
    np.testing.assert_array_equal(found[0, 0].numpy(), expected)


def test_four_axes_are_refused_in_words():
    with pytest.raises(
        NotImplementedError, match='convolution: there is none'
    ):
        Conv[4]
    with pytest.raises(NotImplementedError, match='1 spatial'):
        SPECS['U-Net'].build(2, 1, 1)


def test_weights_that_the_seed_would_not_decide_are_refused():
    odd = nn.Sequential(nn.Conv3d(1, 1, 1), nn.Linear(2, 2))
    with pytest.raises(NotImplementedError, match='Linear: the seed'):
        initialise(odd, 0)


def test_gradients_of_a_thin_volume_hold_nothing_else():
    """Of fewer planes oneDNN takes what was in memory before."""
    torch.manual_seed(0)
    network = UNetSpec((16, 32, 48), reduction=1).build(2, 1, 3)
    latent = torch.randn(1, 2, 4, 32, 32)
    found = []
    for _ in range(6):
        left = [torch.full((n,), torch.nan) for n in (10**5, 10**6)]
        del left
        network.zero_grad()
        with torch.autocast('cpu', torch.bfloat16):
            output = network(latent)
        output.float().square().mean().backward()
        found.append([x.grad.clone() for x in network.parameters()])
    for again in found[1:]:
        assert all(map(torch.equal, found[0], again))

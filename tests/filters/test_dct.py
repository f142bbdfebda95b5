import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.filters.dct import LocalCosine


@pytest.mark.parametrize('channels', [1, 2, 3])
@pytest.mark.parametrize(('side', 'step'), [(8, 1), (8, 4), (16, 2), (5, 3)])
def test_nothing_set_to_zero_gives_the_image_back(channels, side, step):
    image = torch.rand(1, channels, 37, 45)
    transform = LocalCosine(side, step, image)
    blocks = transform.analyse(image)
    back = transform.synthesise(blocks, torch.ones_like(blocks), image.shape)
    assert torch.allclose(back, image, atol=1e-5)


def test_white_noise_keeps_its_variance_in_every_coefficient():
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1, 3, 300, 300, generator=generator)
    deviation = LocalCosine(8, 8, noise).analyse(noise).std(dim=(2, 3))
    assert deviation.min() > 0.8
    assert deviation.max() < 1.2


def test_what_channels_share_gathers_in_the_first():
    plane = torch.rand(1, 1, 24, 24)
    blocks = LocalCosine(8, 1, plane).analyse(plane.expand(1, 3, 24, 24))
    assert blocks[1:].abs().max() < 1e-5
    assert blocks[0].abs().max() > 1


@given(side=st.integers(2, 16), step=st.integers(1, 16))
def test_margin_covers_a_block_and_keeps_to_the_grid(side, step):
    margin = LocalCosine(side, step, torch.zeros(1)).margin
    assert margin >= side - 1
    assert margin % step == 0

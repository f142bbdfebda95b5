from __future__ import annotations

import pytest
import torch

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.power_spectrum import ColouredNoise
from napari_dip.latents.recorrupted import Recorrupted

SHAPE = (1, 1, 48, 60)
WINDOWS = [Region((0, 3), (32, 32)), Region((12, 20), (32, 32))]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randn(SHAPE, generator=generator(7))


@pytest.fixture
def noise() -> ColouredNoise:
    kernel = torch.ones(1, 1, 3, 3) / 3
    return ColouredNoise(torch.full(SHAPE, 0.8), kernel, torch.ones(1, 1))


@pytest.mark.parametrize('strength', [0.5, 1.0])
def test_the_latent_gets_noise_and_the_target_its_opposite(
    image, noise, strength
):
    known = (torch.rand(SHAPE, generator=generator(1)) < 0.8).float()
    latent = Recorrupted(image, known, noise, strength)
    assert latent.channels == 1
    draw = latent.draw(WINDOWS, generator(), fitting=True)
    added = draw.latent - cut_all(image, WINDOWS)
    assert added.std().item() == pytest.approx(0.8 * strength, rel=0.15)
    torch.testing.assert_close(draw.shift, -added / strength**2)
    assert torch.equal(draw.weight, cut_all(known, WINDOWS))


def test_an_estimate_needs_no_target(image, noise):
    latent = Recorrupted(image, torch.ones(SHAPE), noise, 1.0)
    draw = latent.draw(WINDOWS, generator(), fitting=False)
    assert draw.weight is None
    assert draw.shift is None
    assert not torch.equal(draw.latent, cut_all(image, WINDOWS))


def test_noise_of_latent_and_target_tell_nothing_of_each_other(noise):
    # What is drawn is distributed like the noise of the image itself.
    windows = [Region.whole(SHAPE[2:])]
    image = noise.draw(windows, generator(5))
    latent = Recorrupted(image, torch.ones(SHAPE), noise, 0.7)
    source, products = generator(), []
    for _ in range(40):
        image = noise.draw(windows, source)
        latent.image = image
        draw = latent.draw(windows, source, fitting=True)
        products.append((draw.latent * (image + draw.shift)).mean())
    power = 0.8**2
    assert abs(torch.stack(products).mean()) < 0.05 * power

from __future__ import annotations

import torch

from napari_dip.latents.base import Given
from napari_dip.latents.noisy_pairs import NoisyPairsSpec
from napari_dip.operators.downsample import Downsample

SIDE = 96


def make(noise, factors=(2, 2)):
    rows, columns = torch.meshgrid(
        torch.arange(SIDE), torch.arange(SIDE), indexing='ij'
    )
    clean = torch.sin(rows / 6) * torch.cos(columns / 5)
    generator = torch.Generator().manual_seed(0)
    image = clean + noise * torch.randn(SIDE, SIDE, generator=generator)
    data = image[None, None]
    known = torch.ones_like(data)
    operator = Downsample(factors, 'lanczos3')
    given = Given(data, known, torch.zeros_like(data), operator, 0, 64)
    return NoisyPairsSpec('lanczos3').make(given), clean


def test_the_noise_is_measured():
    pairs, _ = make(0.2)
    assert 0.17 < float(pairs._deviation.mean()) < 0.23


def test_the_reduced_image_is_as_noisy_as_the_image():
    pairs, _ = make(0.2)
    left = sum(
        pairs.draw([None] * 8, None, fitting=True).latent.var().item()
        for _ in range(4)
    )
    assert left > 0
    noise = torch.randn(4, 1, SIDE, SIDE) * (1 + pairs._strength**2) ** 0.5
    reduced = Downsample((2, 2), 'lanczos3')(noise)
    assert abs(float(reduced[..., 8:-8, 8:-8].std()) - 1) < 0.05


def test_noise_of_input_and_target_is_independent():
    pairs, _ = make(0.5)
    quiet, _ = make(0.0)
    quiet._deviation = torch.zeros_like(quiet._deviation)
    products = []
    for _ in range(40):
        noisy, clean = (
            p.draw([None] * 4, None, fitting=True) for p in (pairs, quiet)
        )
        seen = noisy.latent - clean.latent
        wanted = (noisy.target + noisy.latent) - (clean.target + clean.latent)
        products.append(float((seen * wanted).mean()))
    apart = torch.tensor(products)
    power = float((wanted**2).mean() * (seen**2).mean()) ** 0.5
    # That of one draw of the noise of the image itself is shared by all.
    assert abs(float(apart.mean())) < 0.1 * power


def test_steps_after_the_first_only_interpolate():
    pairs, _ = make(0.2, factors=(4, 4))
    asked = []

    def sharpen(image):
        asked.append(image.shape)
        return torch.zeros_like(image)

    found = pairs.upsample(sharpen)
    assert asked == [(1, 1, 2 * SIDE, 2 * SIDE)]
    assert found.shape == (1, 1, 4 * SIDE, 4 * SIDE)

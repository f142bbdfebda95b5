from __future__ import annotations

import pytest
import torch

from napari_dip.noise import robust_scale
from napari_dip.noise.homogeneous import homogeneous_blocks
from napari_dip.noise.robust_scale import noise_scale, spread
from tests.filters.drawn import white_noise


def _normal(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def test_normal_values_have_their_standard_deviation():
    values = 3 * _normal(50_000, 2)
    assert spread(values.abs(), dim=0).tolist() == pytest.approx(
        [3, 3], rel=0.02
    )


def test_structure_that_stands_out_hardly_moves_it():
    values = _normal(10_000)
    values[:400] += 20
    assert float(spread(values.abs(), dim=0)) == pytest.approx(1, rel=0.08)
    assert float(values.square().mean().sqrt()) > 4


def test_single_photons_in_the_dark_are_noise():
    """The median of what is nearly always nothing is nothing."""
    photons = torch.poisson(
        torch.full((20_000,), 0.1),
        generator=torch.Generator().manual_seed(0),
    )
    assert float(spread(photons, dim=0)) == pytest.approx(0.11**0.5, rel=0.1)


def test_nothing_has_none():
    assert float(spread(torch.zeros(8), dim=0)) == 0


def _scale(noise, level):
    known = torch.ones_like(level)
    everywhere = torch.ones_like(homogeneous_blocks(level, known))
    return noise_scale(noise, level, known, everywhere)


def test_noise_is_measured_by_brightness():
    level = torch.linspace(0, 1, 256).expand(1, 1, 256, 256).contiguous()
    deviation = 1 + 3 * level
    scale = _scale(deviation * white_noise(level.shape), level)
    assert torch.allclose(scale, deviation, rtol=0.2)


def test_some_pixels_tell_the_noise_of_a_large_image(monkeypatch):
    level = torch.linspace(0, 1, 512).expand(1, 1, 512, 512).contiguous()
    noise = (1 + 3 * level) * white_noise(level.shape)
    every = _scale(noise, level)
    monkeypatch.setattr(robust_scale, '_MOST_PIXELS', 2**15)
    some = _scale(noise, level)
    assert not torch.equal(some, every)
    assert torch.allclose(some, every, rtol=0.1)


@pytest.mark.parametrize('share', [0.9, 0.5, 0.1])
def test_missing_pixels_do_not_make_noise_seem_less(share):
    chance = torch.rand(1, 1, 96, 96, generator=torch.Generator())
    area = torch.zeros(1, 1, 96, 96)
    area[..., : round(96 * share)] = 1
    level = torch.zeros_like(area)
    blocks = torch.ones_like(homogeneous_blocks(level, area))
    for known in ((chance < share).float(), area):
        noise = white_noise(known.shape, seed=1) * known
        scale = noise_scale(noise, level, known, blocks)
        assert scale.mean() == pytest.approx(1, abs=0.1)

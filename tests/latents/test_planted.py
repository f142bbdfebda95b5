from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from napari_dip.grid.regions import Region
from napari_dip.latents.base import Given
from napari_dip.latents.noise import UniformNoiseSpec, uniform_noise
from napari_dip.latents.planted import PlantedSpec
from napari_dip.operators.identity import Identity

SHAPE = (96, 112)
WINDOWS = [Region.whole(SHAPE), Region((3, 5), (32, 40))]
INNER = UniformNoiseSpec(channels=2, optimised=True)


def draw(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn((1, 1, *SHAPE), generator=generator)


@pytest.fixture
def given() -> Given:
    pilot = torch.linspace(0, 8, SHAPE[1]).expand(1, 1, *SHAPE).clone()
    known = torch.ones_like(pilot)
    known[..., :10] = 0
    data = (pilot + 0.5 * draw(0)) * known
    return Given(
        data, known, torch.zeros_like(data), Identity(), 3, pilot=pilot
    )


@pytest.mark.parametrize('strength', [0.25, 0.5])
def test_noise_is_added_to_the_data_of_the_fit_alone(given, strength):
    latent = PlantedSpec(INNER, strength).make(given)
    drawn = latent.draw(WINDOWS[:1], torch.Generator(), fitting=True)
    values = uniform_noise(2, SHAPE, given.seed)
    assert torch.equal(drawn.latent.detach(), values)
    assert drawn.weight is None
    noise = drawn.shift[given.measured > 0]
    assert noise.std().item() == pytest.approx(0.5 * strength, rel=0.15)
    assert not drawn.shift[given.measured == 0].any()
    estimate = latent.draw(WINDOWS[:1], torch.Generator(), fitting=False)
    assert estimate.shift is None


def test_it_is_the_same_each_time_and_of_the_seed(given):
    latent = PlantedSpec(INNER).make(given)
    whole, part = (
        latent.draw([window], torch.Generator(), fitting=True).shift
        for window in WINDOWS
    )
    assert torch.equal(part, WINDOWS[1].cut(whole))
    again = PlantedSpec(INNER).make(given).noise
    assert torch.equal(again, latent.noise)
    other = PlantedSpec(INNER).make(replace(given, seed=4)).noise
    assert not torch.equal(other, latent.noise)


def test_it_has_nothing_of_what_is_left_by_chance(given):
    noise = PlantedSpec(INNER).make(given).noise
    left = (given.data - given.pilot) * given.measured
    lengths = noise.norm() * left.norm()
    assert abs(float((noise * left).sum() / lengths)) < 1e-3


def test_the_rest_is_that_of_the_other_latent(given):
    spec = PlantedSpec(INNER)
    assert spec.num_channels(3) == 2
    latent = spec.make(given)
    assert latent.channels == 2
    assert latent.parameters() == latent.latent.parameters()
    assert len(latent.parameters()) == 1
    assert 'noise' in spec.note

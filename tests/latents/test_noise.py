from __future__ import annotations

import pytest
import torch

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.noise import FixedLatent, mesh_grid, uniform_noise

WHOLE = [Region((0, 0), (18, 21))]
WINDOWS = [Region((0, 3), (12, 10)), Region((6, 11), (12, 10))]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_fixed_latent_is_jittered_only_in_the_fit():
    values = uniform_noise(3, (18, 21), 0)
    latent = FixedLatent(values, jitter=0.1)
    still = latent.draw(WHOLE, generator(), fitting=False)
    assert torch.equal(still.latent, values)
    assert still.weight is None
    moved = latent.draw(WHOLE, generator(), fitting=True).latent - values
    assert moved.std().item() == pytest.approx(0.1, rel=0.1)
    assert torch.equal(latent.values, values)


def test_the_jitter_is_new_at_each_draw():
    latent = FixedLatent(uniform_noise(3, (18, 21), 0), jitter=0.1)
    source = generator()
    first, second = (
        latent.draw(WHOLE, source, fitting=True).latent for _ in range(2)
    )
    assert not torch.equal(first, second)


def test_without_jitter_nothing_is_added_and_nothing_drawn():
    values = mesh_grid((18, 21))
    source = generator()
    state = source.get_state()
    draw = FixedLatent(values).draw(WINDOWS, source, fitting=True)
    assert torch.equal(draw.latent, cut_all(values, WINDOWS))
    assert torch.equal(source.get_state(), state)


def test_published_noise_is_uniform_in_a_tenth():
    noise = uniform_noise(32, (40, 40), 1)
    assert noise.shape == (1, 32, 40, 40)
    assert 0 <= noise.min() < 0.001
    assert 0.099 < noise.max() <= 0.1
    assert torch.equal(noise, uniform_noise(32, (40, 40), 1))
    assert not torch.equal(noise, uniform_noise(32, (40, 40), 2))


def test_mesh_grid_counts_along_columns_then_rows():
    grid = mesh_grid((3, 5))
    assert grid.shape == (1, 2, 3, 5)
    assert grid[0, 0, 1].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert grid[0, 1, :, 2].tolist() == [0, 0.5, 1]

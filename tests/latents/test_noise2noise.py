from __future__ import annotations

import pytest
import torch

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.noise2noise import Noise2Noise

SHAPE = (1, 2, 40, 50)
WINDOWS = [Region((0, 3), (32, 32)), Region((8, 18), (32, 32))] * 8


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(count: int) -> Noise2Noise:
    copies = torch.randn((count, *SHAPE[1:]), generator=generator(7))
    known = (torch.rand(SHAPE, generator=generator(1)) < 0.8).float()
    held_out = (torch.rand(SHAPE, generator=generator(2)) < 0.1).float()
    return Noise2Noise(copies, known, held_out)


@pytest.mark.parametrize('count', [2, 3, 5])
def test_what_is_asked_for_is_none_of_what_is_fed(count):
    latent = make(count)
    assert latent.channels == SHAPE[1]
    draw = latent.draw(WINDOWS, generator(), fitting=True)
    copies = torch.stack([cut_all(c[None], WINDOWS) for c in latent.repeats])
    target = copies.mean(dim=0) + draw.shift
    seen = set()
    for index in range(len(WINDOWS)):
        parts = copies[:, index].flatten(1)
        shares = torch.linalg.lstsq(
            parts.T,
            torch.stack([draw.latent[index], target[index]]).flatten(1).T,
        ).solution.T
        torch.testing.assert_close(shares.sum(dim=1), torch.ones(2))
        fed, asked = shares > 0.01
        assert (fed ^ asked).all()
        # A mean weighs all its copies alike.
        for share, chosen in zip(shares, (fed, asked), strict=True):
            expected = chosen.float() / chosen.sum()
            torch.testing.assert_close(share, expected, atol=1e-5, rtol=0)
        seen.add(tuple(fed.tolist()))
    assert len(seen) > 1


def test_held_out_and_missing_pixels_weigh_nothing():
    latent = make(2)
    draw = latent.draw(WINDOWS, generator(), fitting=True)
    assert torch.equal(draw.weight, cut_all(latent.fitted, WINDOWS))
    assert 0.6 < latent.fitted.mean() < 0.8


def test_an_estimate_sees_the_mean_of_all():
    latent = make(3)
    draw = latent.draw(WINDOWS, generator(), fitting=False)
    mean = latent.repeats.mean(dim=0, keepdim=True)
    torch.testing.assert_close(draw.latent, cut_all(mean, WINDOWS))
    assert draw.weight is None
    assert draw.shift is None


def test_the_same_seed_splits_alike():
    latent = make(4)
    one, two, other = (
        latent.draw(WINDOWS, generator(seed), fitting=True).latent
        for seed in (3, 3, 4)
    )
    assert torch.equal(one, two)
    assert not torch.equal(one, other)

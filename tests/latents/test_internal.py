from __future__ import annotations

import pytest
import torch

from napari_dip.grid.regions import Region
from napari_dip.latents.internal import InternalPairs, steps_of
from napari_dip.operators.downsample import Downsample

WINDOWS = [Region((0, 0), (8, 8))] * 3


def textured(height: int = 24, width: int = 30) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn((1, 2, height, width), generator=generator)


def scales(image, known=None, factors=(4, 4), seed=0) -> InternalPairs:
    known = torch.ones_like(image) if known is None else known
    return InternalPairs(image, known, factors, 'lanczos3', side=8, seed=seed)


def drawn(latent: InternalPairs):
    return latent.draw(WINDOWS, torch.Generator(), fitting=True)


def nothing(image: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(image)


@pytest.mark.parametrize('factors', [(2, 2), (8, 8), (6, 1), (5, 4), (7, 7)])
def test_the_steps_make_up_the_factors(factors):
    rows, columns = torch.tensor(steps_of(factors)).prod(0).tolist()
    assert (rows, columns) == factors


def test_an_image_lacks_what_a_reduction_takes():
    image = textured()
    draw = drawn(scales(image))
    assert draw.latent.shape == draw.target.shape == (3, 2, 8, 8)
    whole = draw.latent + draw.target
    # Together they are a part of the image, pixel for pixel.
    parts = image[0].unfold(1, 8, 1).unfold(2, 8, 1)
    for part in whole:
        distance = (parts - part[:, None, None]).abs().amax((0, -2, -1))
        assert distance.min() < 1e-5
    assert draw.target.std() > 0.3


def test_smooth_images_lack_nothing():
    slope = torch.arange(40.0)[:, None].expand(1, 1, 40, 40).contiguous()
    assert drawn(scales(slope)).target.abs().max() < 0.1


def test_missing_pixels_are_not_learnt_from():
    image, known = textured(), torch.ones(1, 2, 24, 30)
    known[..., ::3, :] = 0
    weight = drawn(scales(image, known)).weight
    assert 0.5 < weight.mean() < 0.8
    spoilt = torch.where(known > 0, image, 1e6)
    draw = drawn(scales(spoilt, known))
    assert draw.latent.abs().max() < 100


def test_without_any_pixel_it_ends():
    image = textured()
    assert drawn(scales(image, torch.zeros_like(image))).weight.sum() == 0


def test_coarse_to_fine_agrees_with_the_image():
    image = textured()
    latent = scales(image, factors=(4, 2))
    found = latent.upsample(nothing)
    assert found.shape == (1, 2, 96, 60)
    back = Downsample((4, 2), 'lanczos3')(found)
    assert (back - image)[..., 2:-2, 2:-2].std() < 0.1


@pytest.mark.parametrize(
    ('factors', 'part'), [((2, 2), 0.85), ((4, 4), 0.85 / 2)]
)
def test_each_step_adds_less_of_what_was_learnt(factors, part):
    latent = scales(torch.zeros(1, 1, 20, 20), factors=factors)
    steps = len(latent.steps)
    seen = []

    def sharpen(image: torch.Tensor) -> torch.Tensor:
        # Too fine for the data to know of.
        wave = torch.ones_like(image)
        wave[..., ::2] = -1
        seen.append(image)
        return wave if len(seen) == steps else torch.zeros_like(image)

    found = latent.upsample(sharpen)
    assert len(seen) == steps
    inner = found[..., 8:-8, 8:-8].abs()
    torch.testing.assert_close(
        inner.mean(), torch.tensor(part), atol=0.05, rtol=0
    )


def test_the_seed_draws_the_places():
    image = textured()
    first, again, other = (
        drawn(scales(image, seed=seed)).latent for seed in (3, 3, 4)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_draw_of_more_pairs_begins_with_those_of_fewer():
    image = textured()
    few, many = scales(image, seed=3), scales(image, seed=3)
    for _ in range(2):
        one = few.draw(WINDOWS[:2], torch.Generator(), fitting=True)
        all_of = many.draw(WINDOWS, torch.Generator(), fitting=True)
        assert torch.equal(one.latent, all_of.latent[:2])
        assert torch.equal(one.target, all_of.target[:2])
        assert not torch.equal(all_of.latent[:1], all_of.latent[2:])

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.blind_spot import BlindSpot, fill_from_neighbours


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_mask(part: float, seed: int, shape=(1, 2, 18, 21)) -> Tensor:
    return (torch.rand(shape, generator=generator(seed)) < part).float()


WHOLE = [Region((0, 0), (18, 21))]
WINDOWS = [Region((0, 3), (12, 10)), Region((6, 11), (12, 10))]


def test_a_masked_pixel_is_filled_by_the_mean_of_its_kept_neighbours():
    image = torch.tensor([[1.0, 2, 3], [4, 500, 6], [7, 8, 9]])[None, None]
    keep = torch.ones_like(image)
    keep[..., 1, 1] = 0
    keep[..., 0, 0] = 0
    filled = fill_from_neighbours(image, keep)
    # Binomial weights: 2 beside, 1 at the corner.
    expected = (2 * 2 + 3 + 2 * 4 + 2 * 6 + 7 + 2 * 8 + 9) / 11
    assert filled[0, 0, 1, 1].item() == pytest.approx(expected)
    assert filled[0, 0, 2, 1].item() == 8
    assert fill_from_neighbours(image, 0 * keep).abs().max() == 0


@pytest.mark.parametrize('windows', [WHOLE, WINDOWS], ids=['whole', 'two'])
@settings(max_examples=25, deadline=None)
@given(
    drop=st.floats(0.05, 0.95),
    missing=st.floats(0, 0.6),
    held=st.floats(0, 0.5),
    seed=st.integers(0, 1000),
)
def test_the_network_never_sees_what_it_is_judged_on(
    windows, drop, missing, held, seed
):
    image = torch.randn(1, 2, 18, 21, generator=generator(seed))
    known = 1 - random_mask(missing, seed + 1)
    held_out = known * random_mask(held, seed + 2)

    def draw(pixels: Tensor):
        latent = BlindSpot(pixels, known, held_out, drop)
        return latent.draw(windows, generator(seed), fitting=True)

    first = draw(image)
    judged = first.weight
    never = cut_all((1 - known) + held_out, windows)
    assert (judged * never).sum() == 0
    assert set(judged.unique().tolist()) <= {0.0, 1.0}
    # Whatever stands in held-out and missing pixels, and in one window in
    # those that are judged, the network gets the same latent.
    spoilt = image + 1e6 * ((1 - known) + held_out)
    assert torch.equal(draw(spoilt).latent, first.latent)
    if windows is WHOLE:
        spoilt = image + 1e6 * judged
        assert torch.equal(draw(spoilt).latent, first.latent)


@pytest.mark.parametrize('block', [(1, 3), (3, 1), (3, 3), (1, 5)])
def test_no_neighbour_of_a_judged_pixel_is_shown(block):
    image = torch.randn(1, 2, 18, 21, generator=generator(0))
    ones = torch.ones_like(image)
    latent = BlindSpot(image, ones, 0 * ones, 0.3, block=block)
    draw = latent.draw(WHOLE, generator(), fitting=True)
    judged, keep = draw.weight, draw.latent[:, 2:]
    assert judged.sum() > 0
    for axis, side in zip((2, 3), block, strict=True):
        size = judged.shape[axis] - 1
        before, after = (keep.narrow(axis, i, size) for i in (0, 1))
        shown = (judged.narrow(axis, 1, size) * before).sum()
        shown += (judged.narrow(axis, 0, size) * after).sum()
        assert (shown > 0) == (side == 1)
    assert 1 - keep.mean() == pytest.approx(0.3, abs=0.06)


def test_kept_pixels_are_shown_and_not_judged():
    image = torch.randn(1, 2, 18, 21, generator=generator(0))
    known, held_out = 1 - random_mask(0.2, 1), random_mask(0.1, 2)
    latent = BlindSpot(image, known, held_out, 0.3)
    draw = latent.draw(WHOLE, generator(), fitting=True)
    assert latent.channels == draw.latent.shape[1] == 4
    filled, keep = draw.latent.chunk(2, dim=1)
    assert torch.equal(filled[keep == 1], image[keep == 1])
    assert torch.equal(keep + draw.weight, known * (1 - held_out))
    assert draw.weight.mean() == pytest.approx(0.3 * 0.8 * 0.9, abs=0.05)


def test_an_estimate_may_use_held_out_pixels_but_no_missing_ones():
    image = torch.randn(1, 2, 18, 21, generator=generator(0))
    known = 1 - random_mask(0.3, 1)
    held_out = known * random_mask(0.3, 2)
    latent = BlindSpot(image, known, held_out, 0.1)
    draw = latent.draw(WHOLE, generator(), fitting=False)
    keep = draw.latent[:, 2:]
    assert (keep * held_out).sum() > 0
    assert (keep * (1 - known)).sum() == 0


def test_the_drop_is_new_at_each_draw():
    image = torch.randn(1, 2, 18, 21, generator=generator(0))
    ones = torch.ones_like(image)
    latent = BlindSpot(image, ones, 0 * ones, 0.5)
    source = generator()
    first, second = (
        latent.draw(WHOLE, source, fitting=True).weight for _ in range(2)
    )
    assert not torch.equal(first, second)

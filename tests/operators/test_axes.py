"""Operators on images of three axes."""

from __future__ import annotations

import pytest
import torch

from napari_dip.grid.regions import Region
from napari_dip.latents.blind_spot import fill_from_neighbours
from napari_dip.latents.internal import InternalPairs, steps_of
from napari_dip.operators.back_projection import agree, enlarge
from napari_dip.operators.base import Operator
from napari_dip.operators.blur import Blur
from napari_dip.operators.compose import Compose
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


OPERATORS: dict[str, Operator] = {
    'identity': Identity(),
    'downsample': Downsample((2, 1, 3), 'lanczos3'),
    'blur': Blur((1.0, 0.0, 0.5)),
    'both': Compose(Blur((0.5, 1.0, 1.0)), Downsample((1, 2, 2))),
}


@pytest.mark.parametrize('name', OPERATORS)
def test_the_adjoint_is_that_of_inner_products(name):
    operator = OPERATORS[name]
    data = random(1, 2, 4, 6, 5, seed=1)
    image = random(1, 2, *operator.image_shape((4, 6, 5)))
    forward = operator(image)
    assert forward.shape == data.shape
    left = (forward * data).sum()
    right = (image * operator.adjoint(data)).sum()
    torch.testing.assert_close(left, right)


def test_a_volume_of_equal_planes_is_filtered_as_its_planes():
    plane = random(1, 1, 12, 18)
    volume = plane[:, :, None].expand(-1, -1, 8, -1, -1)
    for flat, full in (
        (Downsample((2, 3)), Downsample((2, 2, 3))),
        (Blur((1.0, 0.7)), Blur((1.5, 1.0, 0.7))),
    ):
        expected, found = flat(plane), full(volume)
        for depth in range(found.shape[2]):
            torch.testing.assert_close(found[:, :, depth], expected)


def test_regions_of_the_data_of_a_volume():
    region = Region((4, 6, 0), (8, 6, 9))
    seen = Downsample((2, 3, 1)).data_window(region)
    assert seen == Region((2, 2, 0), (4, 2, 9))


def test_an_upsampled_volume_agrees_with_the_data():
    factors = (1, 2, 2)
    operator = Downsample(factors)
    data = random(1, 1, 6, 10, 12)
    image = enlarge(data, factors)
    assert image.shape == (1, 1, 6, 20, 24)
    agreeing = agree(image, data, torch.ones_like(data), operator)
    before = (operator(image) - data).abs().mean()
    assert (operator(agreeing) - data).abs().mean() < 0.3 * before


def test_a_voxel_is_filled_from_its_neighbours():
    z, y, x = torch.meshgrid(
        *map(torch.arange, (5.0, 6.0, 7.0)), indexing='ij'
    )
    volume = (z + 2 * y - x)[None, None]
    keep = torch.ones_like(volume)
    keep[..., 2, 3, 3] = 0
    filled = fill_from_neighbours(volume * keep, keep)
    torch.testing.assert_close(filled, volume)


def test_internal_pairs_of_a_volume():
    assert steps_of((1, 4, 2)) == [(1, 2, 2), (1, 2, 1)]
    data = random(1, 1, 12, 24, 22).float()
    pairs = InternalPairs(
        data, torch.ones_like(data), (1, 2, 2), 'area', side=12, seed=0
    )
    regions = [Region.whole((8, 8, 8))] * 2
    draw = pairs.draw(regions, torch.Generator(), fitting=True)
    assert draw.latent.shape == draw.target.shape
    assert draw.latent.shape[0] == 2
    climbed = pairs.upsample(torch.zeros_like)
    assert climbed.shape == (1, 1, 12, 48, 44)

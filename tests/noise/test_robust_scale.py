from __future__ import annotations

import pytest
import torch

from napari_dip.noise.robust_scale import spread


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

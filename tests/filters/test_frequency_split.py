from __future__ import annotations

import pytest
import torch

from napari_dip.filters.frequency_split import cross_over


def _stripes(period, shape=(1, 2, 96, 80)):
    column = torch.arange(shape[-1]) * (2 * torch.pi / period)
    return torch.sin(column).expand(shape).contiguous()


def _middle(image):
    return image[..., 24:-24, 24:-24]


def test_what_is_fine_comes_from_the_one():
    flat, fine = torch.zeros(1, 2, 96, 80), _stripes(period=4)
    mixed = cross_over(flat, fine, 4.0)
    assert torch.allclose(_middle(mixed), _middle(fine), atol=1e-4)


def test_what_is_coarse_comes_from_the_other():
    flat, coarse = torch.zeros(1, 2, 96, 80), _stripes(period=400)
    mixed = cross_over(flat, coarse, 4.0)
    assert _middle(mixed).abs().max() < 0.01


def test_halves_at_the_scale():
    # Half of a wave this long is left by a Gaussian of 4 pixels.
    period = 2 * torch.pi * 4 / (2 * torch.log(torch.tensor(2.0))).sqrt()
    wave = _stripes(period)
    mixed = cross_over(torch.zeros_like(wave), wave, 4.0)
    assert torch.allclose(_middle(mixed), _middle(wave) / 2, atol=0.01)


def test_rows_and_columns_alike():
    coarse, fine = torch.rand(2, 1, 1, 40, 60).unbind()
    mixed = cross_over(coarse, fine, 2.0)
    turned = cross_over(coarse.mT, fine.mT, 2.0)
    assert torch.allclose(mixed, turned.mT, atol=1e-5)


@pytest.mark.parametrize('shape', [(1, 1, 2, 2), (1, 3, 5, 40)])
def test_a_small_image_is_no_error(shape):
    mixed = cross_over(torch.zeros(shape), torch.rand(shape), 4.0)
    assert mixed.shape == shape
    assert mixed.isfinite().all()


def test_what_was_given_stays():
    coarse, fine = torch.zeros(1, 1, 20, 20), torch.ones(1, 1, 20, 20)
    cross_over(coarse, fine, 2.0)
    assert not coarse.any()
    assert fine.eq(1).all()

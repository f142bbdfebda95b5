import pytest
import torch

from napari_dip.filters import residual
from napari_dip.filters.bm3d import bm3d_wiener
from napari_dip.filters.nl_bayes import nl_bayes_filter
from napari_dip.filters.residual import (
    heavy_tails,
    remove_noise,
    structure_in_residual,
)
from tests.filters.drawn import white_noise


def _structure(residual, estimate=None):
    estimate = torch.zeros_like(residual) if estimate is None else estimate
    return structure_in_residual(residual, estimate, torch.ones_like(residual))


def _stripes(height, width):
    column = torch.arange(width) * 1.3
    return torch.sin(column).expand(1, 1, height, width).clone()


def test_white_noise_holds_hardly_any_structure():
    noise = white_noise((1, 1, 256, 256))
    structure = _structure(noise)
    assert structure.std() < 0.1


def test_texture_under_noise_is_found():
    texture = torch.zeros(1, 1, 256, 256)
    texture[..., 80:180, 60:200] = 1.5 * _stripes(100, 140)
    residual = texture + white_noise(texture.shape)
    found = _structure(residual)
    assert (found - texture).square().mean() < texture.square().mean() / 3


def test_the_units_of_the_residual_do_not_matter():
    residual = _stripes(96, 96) + white_noise((1, 1, 96, 96))
    flat = torch.zeros_like(residual)
    one = _structure(residual, flat)
    many = _structure(1000 * residual, flat)
    assert torch.allclose(many, 1000 * one, rtol=1e-3, atol=1)


def test_coloured_noise_is_not_taken_for_structure():
    noise = white_noise((1, 1, 258, 258))
    coloured = torch.nn.functional.avg_pool2d(noise, 3, stride=1)
    found = _structure(coloured)
    assert found.std() < 0.15 * coloured.std()


@pytest.mark.parametrize('missed', [0.0, 3.0])
def test_what_a_fit_has_missed_of_busy_places_is_no_noise(missed, monkeypatch):
    level = torch.linspace(0, 200, 256)[:, None].repeat(1, 256)[None, None]
    estimate, texture = level.clone(), torch.zeros_like(level)
    estimate[..., 64:] += 10 * _stripes(256, 192)
    texture[..., 64:] = missed * white_noise((1, 1, 256, 192), seed=1)
    noise = white_noise(level.shape)
    known = torch.ones_like(level)
    found = structure_in_residual(noise + texture, estimate, known)
    monkeypatch.setattr(residual, '_MISSED', 0)
    of_all = structure_in_residual(noise + texture, estimate, known)
    if missed:
        errors = [(f - texture).square().mean() for f in (found, of_all)]
        assert errors[0] < 0.5 * errors[1]
    else:
        assert torch.equal(found, of_all)


@pytest.mark.parametrize('side', [3, 8, 9, 16])
def test_a_small_image_is_no_error(side):
    residual = white_noise((1, 1, side, side))
    structure = _structure(residual)
    assert structure.shape == residual.shape
    assert structure.isfinite().all()


def test_no_residual_holds_no_structure():
    nothing = torch.zeros(1, 2, 40, 40)
    assert not _structure(nothing).any()


@pytest.mark.parametrize('deviation', [None, torch.ones(1, 1, 1, 1)])
def test_the_rest_of_the_noise_goes(deviation):
    truth = 2 * _stripes(96, 96)
    data = truth + white_noise(truth.shape)
    pilot = truth + 0.5 * white_noise(truth.shape, seed=1)
    known = torch.ones_like(data)
    restored = remove_noise(data, known, pilot, deviation, bm3d_wiener)
    error, before = ((x - truth).square().mean() for x in (restored, pilot))
    assert error < 0.5 * before


@pytest.mark.parametrize('deviation', [None, torch.ones(1, 1, 1, 1)])
def test_missing_data_are_taken_from_the_pilot(deviation):
    pilot = 2 * _stripes(96, 96)
    known = torch.ones_like(pilot)
    known[..., 40:44, 40:44] = 0
    data = torch.where(known > 0, pilot + white_noise(pilot.shape), 1e3)
    restored = remove_noise(data * known, known, pilot, deviation, bm3d_wiener)
    assert (restored - pilot).abs().max() < 3


@pytest.mark.parametrize('deviation', [None, torch.ones(1, 1, 1, 1)])
@pytest.mark.parametrize('side', [8, 16, 20])
def test_a_small_image_loses_nothing(side, deviation):
    data = white_noise((1, 1, side, side))
    known = torch.ones_like(data)
    restored = remove_noise(data, known, data, deviation, bm3d_wiener)
    assert restored.isfinite().all()


def test_noise_that_is_known_is_not_taken_for_more():
    """A residual of texture everywhere tells too much noise."""
    texture = white_noise((1, 1, 96, 96), seed=1) + 0.5 * _stripes(96, 96)
    residual = 2 * texture + white_noise(texture.shape)
    nothing = torch.zeros_like(residual)
    known = torch.ones_like(residual)
    one = torch.ones(1, 1, 1, 1)
    told = structure_in_residual(residual, nothing, known, one)
    untold = structure_in_residual(residual, nothing, known)
    errors = [(x - 2 * texture).square().mean() for x in (told, untold)]
    assert errors[0] < 0.5 * errors[1]


def test_noise_is_never_taken_for_more_than_its_bound():
    """Bright structure that a fit has missed looks like stronger noise."""
    level = torch.linspace(0, 3, 96).expand(1, 1, 96, 96).contiguous()
    missed = (level > 2) * white_noise(level.shape, seed=1)
    truth = level + 3 * missed
    data = truth + white_noise(level.shape)
    known, one = torch.ones_like(data), torch.ones(1, 1, 1, 1)
    bounded, free = (
        remove_noise(
            data, known, level + missed, most, bm3d_wiener, even=False
        )
        for most in (one, None)
    )
    errors = [(x - truth).square().mean() for x in (bounded, free)]
    assert errors[0] < 0.9 * errors[1]


def test_a_bound_above_the_noise_changes_nothing():
    residual = white_noise((1, 2, 64, 64))
    nothing, known = torch.zeros_like(residual), torch.ones_like(residual)
    bound = torch.tensor([10.0, torch.inf])[None, :, None, None]
    found = [
        structure_in_residual(residual, nothing, known, deviation)
        for deviation in (None, bound)
    ]
    assert torch.allclose(*found, atol=0.05)


def test_single_photons_in_the_dark_are_no_structure():
    photons = torch.poisson(
        torch.full((1, 1, 128, 128), 0.05),
        generator=torch.Generator().manual_seed(0),
    )
    known, level = torch.ones_like(photons), torch.full_like(photons, 0.05)
    structure = structure_in_residual(photons - level, level, known)
    assert structure.std() < 0.5 * photons.std()
    restored = remove_noise(photons, known, level, None, bm3d_wiener)
    assert (restored - level).std() < 0.1 * photons.std()


def test_outliers_leave_no_dashes(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2, 1, 1, 160, 160, generator=generator)
    noise = noise[0] + 6 * (noise[1] > 2.33)
    flat, known = torch.zeros_like(noise), torch.ones_like(noise)
    found = structure_in_residual(noise, flat, known)
    monkeypatch.setattr(residual, 'heavy_tails', lambda *_: False)
    dashes = structure_in_residual(noise, flat, known)
    assert found.square().mean() < 0.3 * dashes.square().mean()


@pytest.mark.parametrize('by', [bm3d_wiener, nl_bayes_filter])
def test_noise_is_told_where_it_is_known(by):
    known = torch.zeros(1, 1, 96, 96)
    known[..., :30] = 1
    data = white_noise(known.shape) * known
    for deviation in (None, torch.ones(1, 1, 1, 1)):
        restored = remove_noise(
            data, known, torch.zeros_like(data), deviation, by
        )
        left = restored[known > 0].std()
        assert left < 0.3


def _normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _outliers(shape, size=6.0):
    """In one pixel of a hundred."""
    return size * (_normal(*shape, seed=1) > 2.33).float()


@pytest.mark.parametrize('scale', [1e-3, 1.0, 100.0])
def test_outliers_anywhere_are_heavy_tails(scale):
    noise = _normal(1, 1, 128, 128)
    assert not heavy_tails(scale * noise)
    assert heavy_tails(scale * (noise + _outliers(noise.shape)))


def test_outliers_that_lie_together_are_structure():
    noise = _normal(1, 1, 128, 128)
    outliers = _outliers(noise.shape)
    outliers[..., :96, :] = 0
    assert not heavy_tails(noise + 4 * outliers)


def test_all_channels_have_to_have_them():
    noise = _normal(1, 2, 128, 128)
    noise[:, 1:] += _outliers((1, 1, 128, 128))
    assert not heavy_tails(noise)
    assert heavy_tails(noise[:, 1:])


def test_nothing_is_no_error():
    assert not heavy_tails(torch.zeros(1, 1, 16, 16))


def test_missing_pixels_are_no_tails():
    noise = torch.randn(
        1, 1, 128, 128, generator=torch.Generator().manual_seed(0)
    )
    known = torch.ones_like(noise)
    known[..., 40:] = 0
    assert not heavy_tails(noise * known, known)
    heavy = noise + _outliers(noise.shape)
    assert heavy_tails(heavy * known, known)
    few = torch.zeros_like(noise)
    few[..., ::2, ::2] = 1
    assert not heavy_tails(noise * few, few)

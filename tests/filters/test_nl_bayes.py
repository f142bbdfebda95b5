from __future__ import annotations

import pytest
import torch

from napari_dip.filters import block_groups
from napari_dip.filters.nl_bayes import nl_bayes_filter
from tests.filters.drawn import error, stripes, white_noise


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('shown', [False, True])
def test_what_repeats_itself_loses_its_noise(channels, shown):
    truth = stripes(48, channels)
    noise = white_noise(truth.shape)
    pilot = truth + 0.3 * white_noise(truth.shape, seed=2)
    given = [noise] if shown else []
    restored = nl_bayes_filter(truth + noise, pilot, *given)
    assert error(restored, truth) < 0.6 * error(pilot, truth)


def test_correlated_noise_is_told_by_what_is_shown():
    truth = stripes(48).mT
    along = 3 * white_noise((1, 1, 48, 1)).expand_as(truth)
    told = nl_bayes_filter(truth + along, truth, along.contiguous())
    independent = 3 * white_noise(truth.shape)
    untold = nl_bayes_filter(truth + along, truth, independent)
    assert error(told, truth) < 0.7 * error(untold, truth)


def test_without_noise_the_image_stays():
    image = stripes(48) + white_noise((1, 1, 48, 48))
    restored = nl_bayes_filter(image, image, torch.zeros_like(image))
    assert torch.allclose(restored, image, atol=1e-3)


def test_an_even_image_keeps_its_brightness():
    flat = torch.full((1, 1, 24, 30), 7.0)
    restored = nl_bayes_filter(flat + white_noise(flat.shape), flat)
    assert torch.allclose(restored, flat, atol=1e-3)


def test_tiles_leave_no_seam(monkeypatch):
    truth = stripes(120)
    noisy, pilot = truth + white_noise(truth.shape), truth + 0.1
    whole = nl_bayes_filter(noisy, pilot)
    monkeypatch.setattr(block_groups, '_TILE', 64)
    parts = nl_bayes_filter(noisy, pilot)
    assert torch.allclose(whole, parts, atol=1e-4)


def test_images_of_odd_sizes_keep_them():
    image = white_noise((1, 2, 21, 34))
    assert nl_bayes_filter(image, image).shape == image.shape

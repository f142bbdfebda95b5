from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from napari_dip.filters import block_groups
from napari_dip.filters.block_groups import LEAST_SIDE
from napari_dip.filters.bm3d import bm3d_wiener
from tests.filters.drawn import error, stripes, white_noise


def _repeated_texture(side, channels=1):
    """A random tile of 8 pixels, over and over."""
    tile = 2 * white_noise((1, channels, 8, 8), seed=1)
    return tile.repeat(1, 1, side // 8, side // 8)


def test_what_repeats_itself_loses_its_noise():
    truth = stripes(96)
    noisy = truth + white_noise(truth.shape)
    pilot = truth + 0.5 * white_noise(truth.shape, seed=2)
    restored = bm3d_wiener(noisy, pilot, noisy - pilot)
    assert error(restored, truth) < 0.5 * error(pilot, truth)


def test_white_noise_need_not_be_shown():
    truth = stripes(96)
    noisy = truth + white_noise(truth.shape)
    pilot = truth + 0.5 * white_noise(truth.shape, seed=2)
    restored = bm3d_wiener(noisy, pilot)
    assert error(restored, truth) < 0.5 * error(pilot, truth)


def test_what_a_pilot_has_missed_is_found_where_it_repeats():
    truth = stripes(96)
    noisy = truth + white_noise(truth.shape)
    missed = 0.2 * truth
    restored = bm3d_wiener(noisy, missed)
    assert error(restored, truth) < 0.5 * error(missed, truth)


def test_of_white_noise_alone_next_to_nothing_is_left():
    noise = white_noise((1, 1, 64, 64))
    flat = torch.zeros_like(noise)
    assert bm3d_wiener(noise, flat).std() < 0.05


def test_noise_alone_goes():
    noise = white_noise((1, 1, 64, 64))
    flat = torch.zeros_like(noise)
    assert not bm3d_wiener(noise, flat, noise).any()


def test_without_noise_the_image_stays():
    image = _repeated_texture(40, channels=3)
    restored = bm3d_wiener(image, image, 1e-6 * white_noise(image.shape))
    assert torch.allclose(restored, image, atol=1e-4)


def test_noise_is_taken_from_the_coefficients_that_have_it():
    column = torch.arange(64) * torch.pi
    stripes = torch.cos(column).expand(1, 1, 64, 64)
    one_line = 100 * white_noise((1, 1, 1, 64))
    across = one_line.expand_as(stripes).contiguous()
    along = across.mT.contiguous()
    shrunk = bm3d_wiener(stripes, 0.5 * stripes, across)
    kept = bm3d_wiener(stripes, 0.5 * stripes, along)
    assert shrunk.std() < 0.02
    assert kept.std() > 0.95


def test_correlated_noise_does_not_pass_for_a_similar_block():
    """A mean of overlapping blocks keeps most of such noise."""
    shared = F.avg_pool2d(white_noise((1, 1, 102, 102)), 7, stride=1)
    shared = shared / shared.std()
    # Noise that the pilot has not seen, and a tenth that it has.
    restored = bm3d_wiener(shared, 0.1 * shared, shared)
    assert restored.std() < 0.06


@pytest.mark.parametrize(
    'shape', [(LEAST_SIDE, LEAST_SIDE), (LEAST_SIDE, 61), (33, 50)]
)
@pytest.mark.parametrize('white', [True, False])
def test_any_size_from_the_least(shape, white):
    image = white_noise((1, 2, *shape))
    restored = bm3d_wiener(image, image, None if white else image)
    assert restored.shape == image.shape
    assert restored.isfinite().all()


def test_tiles_leave_no_seam(monkeypatch):
    truth = _repeated_texture(128)
    noisy, pilot = (
        truth + white_noise(truth.shape),
        truth + white_noise(truth.shape, 2),
    )
    noise = noisy - truth
    whole = bm3d_wiener(noisy, pilot, noise)
    monkeypatch.setattr(block_groups, '_TILE', 64)
    tiled = bm3d_wiener(noisy, pilot, noise)
    assert error(tiled, whole) < 0.05 * error(noisy, truth)


def test_the_same_twice():
    image = white_noise((1, 1, 48, 48))
    one, two = (bm3d_wiener(image, image, image) for _ in range(2))
    assert torch.equal(one, two)

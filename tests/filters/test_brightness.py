from __future__ import annotations

import torch

from napari_dip.filters.brightness import calibrate
from tests.filters.drawn import white_noise


def _scene(channels=1):
    column = torch.sin(torch.arange(64) / 7)
    return (column * column[:, None]).expand(1, channels, 64, 64).clone()


def test_brightness_and_contrast_are_those_of_the_data():
    scene = _scene(2)
    data = scene * torch.tensor([2.0, 0.5])[:, None, None] + 3
    estimate = 0.3 * scene - 1
    found = calibrate(estimate, data, torch.ones_like(data))
    assert torch.allclose(found, data, atol=1e-4)


def test_noise_of_the_data_moves_it_little():
    scene = _scene()
    data = scene + white_noise(scene.shape)
    found = calibrate(0.5 * scene + 1, data, torch.ones_like(data))
    assert (found - scene).square().mean() < 0.01 * scene.square().mean()


def test_an_estimate_that_is_right_stays():
    scene = _scene()
    found = calibrate(scene, scene, torch.ones_like(scene))
    assert torch.allclose(found, scene, atol=1e-5)


def test_missing_data_have_no_part():
    scene = _scene()
    known = torch.ones_like(scene)
    known[..., :20, 3:40] = 0
    data = torch.where(known > 0, 2 * scene + 1, 1e4)
    found = calibrate(scene, data, known)
    assert torch.allclose(found, 2 * scene + 1, atol=1e-3)


def test_without_contrast_it_is_shifted_only():
    flat = torch.full((1, 1, 16, 16), 5.0)
    data = white_noise(flat.shape)
    found = calibrate(flat, data, torch.ones_like(flat))
    assert torch.allclose(found, data.mean().expand_as(found), atol=1e-5)


def test_nothing_known_is_no_error():
    scene = _scene()
    found = calibrate(scene, scene, torch.zeros_like(scene))
    assert found.isfinite().all()

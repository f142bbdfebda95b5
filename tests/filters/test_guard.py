from types import SimpleNamespace

import numpy as np
import pytest
import torch

from napari_dip import denoise
from napari_dip.filters import guard
from napari_dip.filters.guard import find_harmed, refine_within_range
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity

ROWS, COLUMNS = np.mgrid[:96, :96] / 96
WAVES = np.sin(COLUMNS * 20) * np.cos(ROWS * 14) * 100 + 100


def _problem(operator=None, channels=1):
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(1, channels, 48, 48, generator=generator)
    known = torch.ones_like(data)
    known[..., :20] = 0
    return SimpleNamespace(
        data=data * known,
        known=known,
        held_out=torch.zeros_like(data),
        operator=operator or Identity(),
        deviation=None,
        pilot=None,
    )


def test_a_step_that_leaves_the_range_is_left_out(monkeypatch):
    problem = _problem()
    estimate = torch.zeros_like(problem.data)

    def blown_up(estimate, problem, how):
        return estimate + (1e4 if how == 'covariances' else 0.5)

    monkeypatch.setattr(guard, 'refine', blown_up)
    refined, notes = refine_within_range(estimate, problem, 'covariances')
    assert torch.equal(refined, estimate + 0.5)
    assert notes == [guard._LEFT_OUT]
    refined, notes = refine_within_range(estimate, problem, 'residual')
    assert torch.equal(refined, estimate + 0.5)
    assert not notes


@pytest.mark.parametrize('value', [1e5, -1e5, torch.nan, torch.inf])
def test_an_estimate_never_leaves_the_range(value):
    problem = _problem(channels=2)
    estimate = torch.zeros_like(problem.data)
    estimate[0, 1, 3, 3] = value
    refined, notes = refine_within_range(estimate, problem, 'none')
    assert refined.abs().max() < 10
    assert notes == [guard._CLIPPED.format(1)]


def test_a_reduced_point_may_be_brighter_than_the_data():
    problem = _problem(Downsample((2, 2)))
    problem.data[..., 30, 30] = 10
    estimate = torch.zeros(1, 1, 96, 96)
    estimate[..., 60, 60] = 40
    refined, notes = refine_within_range(estimate, problem, 'none')
    assert refined.max() == 40
    assert not notes


def test_what_changes_more_than_the_noise_does_harm():
    problem = _problem(channels=2)
    refined = torch.zeros_like(problem.data)
    refined[0, 1] = 5
    assert find_harmed(refined, problem, shared=False) == [False, True]


def test_what_was_taken_out_is_no_image_of_the_result():
    problem = _problem()
    wave = torch.sin(torch.arange(48) / 3).expand_as(problem.data)
    noisy = SimpleNamespace(
        data=(problem.data + wave) * problem.known, known=problem.known
    )
    assert find_harmed(wave, noisy, shared=True) == [False]
    less = SimpleNamespace(data=1.5 * wave, known=problem.known)
    assert find_harmed(wave, less, shared=True) == [True]


@pytest.mark.parametrize('noise', [0.0, 1e-4])
def test_an_image_without_noise_is_given_back(noise):
    image = WAVES + np.random.default_rng(0).normal(0, noise, WAVES.shape)
    image[40:44, 50:54] = np.nan
    restored, info = denoise(
        image, preset='fast', max_num_iter=10, return_info=True
    )
    known = np.isfinite(image)
    np.testing.assert_array_equal(
        restored[known], image[known].astype(np.float32)
    )
    assert np.isfinite(restored).all()
    assert any('given back' in note for note in info.notes)
    assert 'Poisson' not in info.noise


def test_a_large_image_without_noise_is_given_back():
    image = np.tile(WAVES, (2, 2))[:130, :130]
    restored = denoise(image, preset='fast', max_num_iter=2)
    np.testing.assert_array_equal(restored, image.astype(np.float32))


def test_a_result_is_never_worse_than_the_image():
    generator = np.random.default_rng(0)
    clean = np.stack([WAVES, np.roll(WAVES, 20, 0) * 3])
    image = clean + generator.normal(0, 12, clean.shape)
    restored = denoise(image, channel_axis=0, preset='fast', max_num_iter=1)
    for plane, truth, noisy in zip(restored, clean, image, strict=True):
        assert np.std(plane - truth) < 1.01 * np.std(noisy - truth)

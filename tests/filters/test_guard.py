from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch.nn import functional as F

from napari_dip import denoise
from napari_dip.filters import guard
from napari_dip.filters.guard import (
    find_harmed,
    halfway,
    refine_within_range,
    removed_structure,
)
from napari_dip.filters.refinement import Bm3d, Calibrate, NlBayes
from napari_dip.noise.variance import (
    NoiseLevel,
    estimate_variance,
    is_predictable,
)
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity

RESIDUAL = (Calibrate(), Bm3d())
COVARIANCES = (*RESIDUAL, NlBayes())

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


def _harmed(refined, problem, *, correlated):
    """As for noise that is measured on the data."""
    data = problem.data.double().masked_fill(problem.known == 0, torch.nan)
    noise = []
    for plane in data[0].numpy():
        level = 0.0
        if np.isfinite(plane).any():
            level = np.nanmean(estimate_variance(plane).variance(plane))
        noise.append(NoiseLevel(float(level), is_predictable(plane)))
    return find_harmed(refined, problem, noise, correlated=correlated)


@pytest.mark.parametrize('deviation', [0.0, 1.0])
def test_structure_in_what_was_removed_is_told(deviation):
    level = torch.linspace(0, 4, 160).expand(1, 1, 160, 160).contiguous()
    found = []
    for seed in range(10):
        noise = np.random.default_rng(seed).normal(size=(2, 160, 160))
        noise, texture = gaussian_filter(noise, (0, deviation, deviation))
        texture[:80] = 0
        for missed in (0.0, 1.0):
            removed = torch.tensor(noise + missed * texture).float()
            data = level + (1 + level) * removed[None, None]
            known = torch.ones_like(data)
            problem = SimpleNamespace(data=data, known=known)
            noise_of = [NoiseLevel(100.0, certain=False)]
            found.append(removed_structure(level, problem, noise_of))
    assert found == [False, True] * 10
    little = [NoiseLevel(1e-3, certain=False)]
    assert not removed_structure(level, problem, little)
    half = halfway(level, problem)
    assert torch.allclose(half - level, (data - level) / 2, atol=1e-5)


def test_a_step_that_leaves_the_range_is_left_out(monkeypatch):
    problem = _problem()
    estimate = torch.zeros_like(problem.data)

    def blown_up(estimate, problem, how):
        return estimate + (1e4 if how == COVARIANCES else 0.5)

    monkeypatch.setattr(guard, 'refine', blown_up)
    refined, notes = refine_within_range(estimate, problem, COVARIANCES)
    assert torch.equal(refined, estimate + 0.5)
    assert notes == [guard._LEFT_OUT]
    refined, notes = refine_within_range(estimate, problem, RESIDUAL)
    assert torch.equal(refined, estimate + 0.5)
    assert not notes


@pytest.mark.parametrize('value', [1e5, -1e5, torch.nan, torch.inf])
def test_an_estimate_never_leaves_the_range(value):
    problem = _problem(channels=2)
    estimate = torch.zeros_like(problem.data)
    estimate[0, 1, 3, 3] = value
    refined, notes = refine_within_range(estimate, problem, ())
    assert refined.abs().max() < 10
    assert notes == [guard._CLIPPED.format(1)]


def test_a_reduced_point_may_be_brighter_than_the_data():
    problem = _problem(Downsample((2, 2)))
    problem.data[..., 30, 30] = 10
    estimate = torch.zeros(1, 1, 96, 96)
    estimate[..., 60, 60] = 40
    refined, notes = refine_within_range(estimate, problem, ())
    assert refined.max() == 40
    assert not notes


def test_what_changes_more_than_the_noise_does_harm():
    problem = _problem(channels=2)
    refined = torch.zeros_like(problem.data)
    refined[0, 1] = 5
    assert _harmed(refined, problem, correlated=False) == [False, True]


@pytest.mark.parametrize(('size', 'harmed'), [(0.5, False), (2.4, True)])
def test_held_out_pixels_tell_when_the_data_are_nearer(size, harmed):
    problem = _problem(channels=2)
    wave = torch.sin(torch.arange(48) / 6) * (2 * size) ** 0.5
    problem.data[0, 1] += wave
    result = torch.zeros_like(problem.data)
    # Of the fitted pixels alone one could not be sure.
    assert _harmed(result, problem, correlated=False) == [False, False]
    problem.held_out[:] = torch.arange(48) % 10 == 0
    assert _harmed(result, problem, correlated=False) == [False, harmed]


def test_held_out_pixels_far_off_are_no_error():
    problem = _problem()
    problem.held_out[:] = torch.arange(48) % 10 == 0
    generator = torch.Generator().manual_seed(1)
    far = torch.rand(problem.data.shape, generator=generator) < 0.05
    problem.data[far] = 6
    result = torch.zeros_like(problem.data)
    assert _harmed(result, problem, correlated=False) == [False]


def test_few_held_out_pixels_are_not_judged_by_chance():
    problem = _problem()
    problem.held_out[..., 0, :5] = 1
    problem.data[..., 0, :5] = 1.9
    result = torch.zeros_like(problem.data)
    assert _harmed(result, problem, correlated=False) == [False]


def test_correlated_noise_is_taken_out_and_waves_are_not():
    problem = _problem()
    wave = torch.sin(torch.arange(48) / 6).expand_as(problem.data)
    noise = F.avg_pool2d(problem.data, 3, 1, 1)
    noisy = SimpleNamespace(
        data=wave + noise,
        known=problem.known,
        held_out=problem.held_out,
    )
    assert _harmed(wave, noisy, correlated=True) == [False]
    more = SimpleNamespace(
        data=3 * wave + noise,
        known=problem.known,
        held_out=problem.held_out,
    )
    assert _harmed(wave, more, correlated=True) == [True]


def test_a_filter_of_the_image_is_no_harm():
    problem = _problem()
    smoothed = F.avg_pool2d(problem.data, 5, 1, 2)
    for correlated in (False, True):
        assert _harmed(smoothed, problem, correlated=correlated) == [False]


@pytest.mark.parametrize('share', [0.3, 0.5, 0.95, 0.999])
def test_noise_of_scattered_pixels_is_not_given_back(share):
    problem = _problem()
    generator = torch.Generator().manual_seed(1)
    missing = torch.rand(problem.known.shape, generator=generator) < share
    problem.known[missing] = 0
    problem.data[missing] = 0
    result = torch.zeros_like(problem.data)
    assert _harmed(result, problem, correlated=False) == [False]


@pytest.mark.usefixtures('tiny')
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


@pytest.mark.usefixtures('tiny')
def test_a_large_image_without_noise_is_given_back():
    image = np.tile(WAVES, (2, 2))[:130, :130]
    restored = denoise(image, preset='fast', max_num_iter=2)
    np.testing.assert_array_equal(restored, image.astype(np.float32))


@pytest.mark.slow
@pytest.mark.parametrize('noise', [1e-4, 0.1, 1.0])
def test_large_waves_in_faint_noise_do_not_get_worse(noise):
    rows, columns = np.mgrid[:160, :160] / 160
    clean = np.sin(columns * 33) * np.cos(rows * 23) * 100 + 100
    image = clean + np.random.default_rng(0).normal(0, noise, clean.shape)
    restored = denoise(image, preset='fast', max_num_iter=10)
    # Half a step of float32 is no error.
    assert np.std(restored - clean) < np.std(image - clean) + 1e-5


def test_a_result_is_never_worse_than_the_image():
    generator = np.random.default_rng(0)
    clean = np.stack([WAVES, np.roll(WAVES, 20, 0) * 3])
    image = clean + generator.normal(0, 12, clean.shape)
    restored = denoise(image, channel_axis=0, preset='fast', max_num_iter=1)
    for plane, truth, noisy in zip(restored, clean, image, strict=True):
        assert np.std(plane - truth) < 1.01 * np.std(noisy - truth)

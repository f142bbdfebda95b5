from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import scores
from benchmarks.cases import Problem
from benchmarks.scores import fit_affine, psnr, scale_invariant_psnr, ssim


@pytest.fixture
def truth() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (32, 32))


def test_psnr_of_a_known_error():
    assert psnr(np.full(4, 1.0), np.zeros(4), 255) == pytest.approx(
        20 * np.log10(255)
    )


def test_psnr_of_equal_images_is_infinite(truth):
    assert psnr(truth, truth, 255) == float('inf')


def test_ssim_is_one_for_equal_images_and_less_otherwise(truth):
    noisy = truth + np.random.default_rng(2).normal(0, 30, truth.shape)
    assert ssim(truth, truth, 255) == pytest.approx(1)
    assert ssim(noisy, truth, 255) < 0.99


@given(
    scale=st.floats(0.01, 100),
    offset=st.floats(-1e4, 1e4),
)
def test_scale_invariant_psnr_ignores_scale_and_offset(scale, offset):
    generator = np.random.default_rng(3)
    truth = generator.uniform(0, 1, (16, 16))
    estimate = truth + generator.normal(0, 0.1, truth.shape)
    assert scale_invariant_psnr(
        scale * estimate + offset, truth
    ) == pytest.approx(scale_invariant_psnr(estimate, truth), abs=1e-3)


def test_fit_affine_of_a_constant_is_the_mean(truth):
    fitted = fit_affine(np.full_like(truth, 7.0), truth)
    np.testing.assert_allclose(fitted, truth.mean())


@pytest.fixture
def colour() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (24, 24, 3))


def test_absolute_scale_is_not_forgiven(truth):
    problem = Problem(truth, truth)
    assert scores.ABSOLUTE(truth + 10, problem)['psnr'] < 30
    assert scores.FITTED_8BIT(truth + 10, problem)['psnr'] > 100
    assert scores.ABSOLUTE(truth + 10, problem)['si_psnr'] > 100


def test_photographs_are_clipped_before_they_are_scored():
    white = np.full((24, 24), 255.0)
    figures = scores.NATURAL(white + 40, Problem(white, white))
    assert figures == {'psnr': float('inf'), 'ssim': pytest.approx(1)}


def test_detector_units_have_the_range_of_the_truth(truth):
    problem = Problem(100 * truth, 100 * truth)
    decibels = scores.DETECTOR(100 * (truth + 10), problem)['psnr']
    expected = 20 * np.log10(np.ptp(truth) / 10)
    assert decibels == pytest.approx(expected)


def test_luminance_ignores_the_border_and_follows_bt601(colour):
    problem = Problem(colour, colour, channel_axis=2, factor=4)
    estimate = colour.copy()
    estimate[:4] = 0
    assert scores.LUMINANCE(estimate, problem)['psnr'] == float('inf')
    weights = np.array([65.481, 128.553, 24.966]) / 255
    found = scores.luminance_inside(colour)
    np.testing.assert_allclose(found, 16 + colour[4:-4, 4:-4] @ weights)


@pytest.mark.parametrize('protocol', [scores.NATURAL, scores.MISSING])
def test_missing_pixels_are_scored_apart(truth, protocol):
    mask = np.zeros(truth.shape, bool)
    mask[5:7] = True
    estimate = np.where(mask, truth + 20 * (truth < 128), truth)
    figures = protocol(estimate, Problem(truth, truth, mask=mask))
    assert figures['psnr_missing'] < figures['psnr'] < float('inf')


def test_without_a_truth_there_are_no_figures(truth):
    assert scores.ABSOLUTE(truth, Problem(truth)) == {}

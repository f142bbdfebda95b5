from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

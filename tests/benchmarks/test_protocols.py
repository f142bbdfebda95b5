from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2ycbcr

from benchmarks import protocols
from benchmarks.cases import Problem


@pytest.fixture
def truth() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (24, 24, 3))


def test_absolute_scale_is_not_forgiven(truth):
    plane = truth[..., 0]
    problem = Problem(plane, plane)
    assert protocols.absolute(plane + 10, problem)['psnr'] < 30
    assert protocols.fitted_8bit(plane + 10, problem)['psnr'] > 100


def test_natural_images_are_clipped_before_they_are_scored():
    white = np.full((24, 24), 255.0)
    figures = protocols.natural(white + 40, Problem(white, white))
    assert figures['psnr'] == float('inf')


def test_luminance_ignores_the_border_and_follows_bt601(truth):
    problem = Problem(truth, truth, channel_axis=2, factor=4)
    estimate = truth.copy()
    estimate[:4] = 0
    assert protocols.luminance(estimate, problem)['psnr'] == float('inf')
    expected = rgb2ycbcr(truth / 255)[..., 0]
    np.testing.assert_allclose(
        protocols._to_luminance(truth), expected, atol=1e-6
    )


def test_missing_pixels_are_scored_apart(truth):
    plane = truth[..., 0]
    mask = np.zeros(plane.shape, bool)
    mask[5:7] = True
    estimate = np.where(mask, plane + 20 * (plane < 128), plane)
    figures = protocols.missing_pixels(
        estimate, Problem(plane, plane, mask=mask)
    )
    assert figures['psnr_missing'] < figures['psnr'] < float('inf')

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.cases import Problem
from benchmarks.peers.interpolation import bicubic, biharmonic, lanczos, linear
from benchmarks.scores import psnr


@pytest.mark.parametrize('fill', [linear, biharmonic])
@pytest.mark.parametrize('shape', [(32, 32), (32, 32, 3)])
def test_filling_restores_a_smooth_image(fill, shape):
    truth = np.linspace(1000, 3000, int(np.prod(shape))).reshape(shape)
    mask = np.random.default_rng(0).random((32, 32)) < 0.5
    image = np.where(mask.reshape(32, 32, *(1,) * (len(shape) - 2)), 0, truth)
    axis = 2 if len(shape) == 3 else None
    problem = Problem(image, truth, channel_axis=axis, mask=mask)
    estimate = fill(problem, 0)
    np.testing.assert_array_equal(estimate[~mask], truth[~mask])
    assert psnr(estimate, truth, 2000) > 30


@pytest.mark.parametrize('enlarge', [bicubic, lanczos])
@pytest.mark.parametrize('channels', [(), (3,)])
def test_enlarging_keeps_levels_and_pixel_edges(enlarge, channels):
    rows = np.arange(16.0).reshape(16, 1, *(1,) * len(channels))
    image = np.broadcast_to(rows, (16, 12, *channels)) + 300
    estimate = enlarge(Problem(image, image, factor=4), 0)
    assert estimate.shape == (64, 48, *channels)
    inner = estimate[16:48, 16]
    centres = 300 + (np.arange(16, 48) + 0.5) / 4 - 0.5
    expected = np.broadcast_to(
        centres.reshape(-1, *(1,) * len(channels)), inner.shape
    )
    np.testing.assert_allclose(inner, expected, atol=0.05)

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.restoration import denoise_tv_chambolle

from benchmarks.cases import Problem
from benchmarks.datasets.photons import draw_cells, expose
from benchmarks.peers import classical
from benchmarks.scores import psnr

needs_bm3d = pytest.mark.skipif(
    importlib.util.find_spec('bm3d') is None,
    reason='bm3d is licensed for non-commercial use only, so it is optional',
)


@pytest.fixture
def cells() -> Problem:
    return expose(draw_cells(64), 60, seed=0)


def gain_in_db(problem: Problem, estimate: np.ndarray) -> float:
    span = float(np.ptp(problem.truth))
    before = psnr(problem.image, problem.truth, span)
    return psnr(estimate, problem.truth, span) - before


@pytest.mark.parametrize(
    'denoise',
    [
        classical.wavelet,
        classical.nl_means,
        classical.total_variation,
        pytest.param(classical.bm3d, marks=needs_bm3d),
    ],
)
def test_denoisers_improve_photon_noise_in_detector_units(denoise, cells):
    assert gain_in_db(cells, denoise(cells, 0)) > 2


@pytest.mark.parametrize(
    'denoise', [classical.total_variation, classical.wavelet]
)
def test_colour_noise_of_a_told_strength(denoise):
    truth = np.repeat(200 * draw_cells(64)[..., None], 3, axis=2)
    noisy = truth + np.random.default_rng(0).normal(0, 20, truth.shape)
    problem = Problem(noisy, truth, channel_axis=2, sigma=20.0)
    assert gain_in_db(problem, denoise(problem, 0)) > 3


@pytest.fixture
def grainy() -> Problem:
    truth = gaussian_filter(2000 * draw_cells(128), 4)
    white = np.random.default_rng(0).normal(size=truth.shape)
    grain = gaussian_filter(white, 0.7)
    return Problem(truth + 60 * grain / grain.std(), truth)


def test_total_variation_adapts_to_correlated_noise(monkeypatch, grainy):
    adapted = gain_in_db(grainy, classical.total_variation(grainy, 0))
    monkeypatch.setattr(classical, '_correlation', lambda _: ())
    plain = gain_in_db(grainy, classical.total_variation(grainy, 0))
    assert adapted > plain + 1


def test_correlated_noise_is_as_strong_as_it_is(grainy):
    found = gain_in_db(grainy, classical.total_variation(grainy, 0))
    weights = np.geomspace(20, 500, 12)
    best = max(
        gain_in_db(
            grainy,
            denoise_tv_chambolle(grainy.image, weight, max_num_iter=500),
        )
        for weight in weights
    )
    assert found > best - 1


def test_dense_structure_is_not_taken_for_correlated_noise():
    dense = expose(draw_cells(256), 500, seed=0)
    assert gain_in_db(dense, classical.wavelet(dense, 0)) > 5


def test_noise_of_a_told_strength_is_white():
    noisy = gaussian_filter(np.random.default_rng(0).normal(size=(64, 64)), 2)
    told = Problem(100 * noisy, np.zeros((64, 64)), sigma=1.0)
    change = classical.total_variation(told, 0) - told.image
    assert np.abs(change).mean() < 1


def test_flat_image_comes_back():
    problem = Problem(np.full((32, 32), 9.0), np.full((32, 32), 9.0))
    np.testing.assert_array_equal(
        classical.total_variation(problem, 0), problem.truth
    )


def test_power_spectrum_has_the_variance_of_the_noise():
    spectrum = classical.power_spectrum((0.6, 0.4), (40, 50))
    assert spectrum.mean() == pytest.approx(2000, rel=0.01)
    assert spectrum[0, 0] > 4 * spectrum.mean() > 40 * spectrum.min()


@pytest.mark.parametrize('fill', [classical.linear, classical.biharmonic])
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


@pytest.mark.parametrize('enlarge', [classical.bicubic, classical.lanczos])
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

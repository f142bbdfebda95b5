from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.datasets.photons import draw_cells
from napari_dip.noise import variance as noise_module
from napari_dip.noise.blocks import block_statistics, high_pass
from napari_dip.noise.variance import VarianceModel, estimate_variance


def test_high_pass_keeps_white_variance_and_drops_planes():
    white = np.random.default_rng(0).normal(0, 3, (400, 400))
    assert np.var(high_pass(white)) == pytest.approx(9, rel=0.02)
    rows, columns = np.mgrid[:20, :20]
    np.testing.assert_allclose(high_pass(2.0 * rows + columns), 0, atol=1e-9)


def test_quiet_shares_are_those_of_white_noise():
    white = np.random.default_rng(1).normal(0, 1, (1500, 1500))
    _, power = block_statistics(white)
    for quantile, share in ((0.25, 0.698), (0.05, 0.456)):
        found = np.quantile(power, quantile)
        assert found == pytest.approx(share, abs=0.006)


def test_busy_places_are_not_taken_for_noise(monkeypatch):
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:256, :256]
    image = 0.5 * rows + rng.normal(0, 1, (256, 256))
    # All but a sixth of the image, of any brightness.
    grain = rng.uniform(2, 10, (32, 32)).repeat(8, 0).repeat(8, 1)
    image += np.where(columns > 42, grain * (-1.0) ** (rows + columns), 0)
    found = np.sqrt(estimate_variance(image).variance(64))
    assert found == pytest.approx(1, rel=0.5)
    monkeypatch.setattr(noise_module, '_BUSY', 0.0)
    assert np.sqrt(estimate_variance(image).variance(64)) > 2 * found


@settings(max_examples=15, deadline=None)
@given(
    side=st.sampled_from([64, 128, 256]),
    peak=st.floats(3, 300),
    gain=st.floats(0.5, 20),
    read=st.floats(0, 5),
    offset=st.floats(0, 1000),
    seed=st.integers(0, 9),
)
def test_noise_of_a_drawn_field_is_found(side, peak, gain, read, offset, seed):
    generator = np.random.default_rng(seed)
    photons = peak * draw_cells(side)
    counts = generator.poisson(photons) + generator.normal(
        0, read, (side,) * 2
    )
    noise = estimate_variance(gain * counts + offset)
    levels = np.quantile(photons, (0.1, 0.5, 0.95))
    expected = gain * np.sqrt(levels + read**2)
    found = np.sqrt(noise.variance(gain * levels + offset))
    # Half a photon: counts this low hardly have a variance to measure.
    np.testing.assert_allclose(found, expected, rtol=0.15, atol=gain / 2)


def test_counts_of_no_photon_do_not_pass_for_clipping():
    generator = np.random.default_rng(0)
    photons = 12 * draw_cells(128)
    for step in (1, 3.7):
        noise = estimate_variance(step * generator.poisson(photons))
        assert noise.gain == pytest.approx(step, rel=0.1)
        assert np.sqrt(noise.variance(0)) < 0.5 * step


def test_the_planes_of_a_volume_are_pooled():
    generator = np.random.default_rng(0)
    photons = 20 * draw_cells(96)
    depths = np.linspace(0.5, 1.5, 12)[:, None, None] * photons
    volume = 2.0 * generator.poisson(depths) + 100
    noise = estimate_variance(volume)
    assert noise.gain == pytest.approx(2, rel=0.1)
    first = estimate_variance(volume[0])
    assert estimate_variance(volume[:1]) == first


def test_noise_scales_with_the_unit():
    image = np.random.default_rng(2).poisson(50 * draw_cells(128)) + 3.0
    one, thousand = estimate_variance(image), estimate_variance(1000 * image)
    assert thousand.gain == pytest.approx(1000 * one.gain)
    assert thousand.read_variance == pytest.approx(1e6 * one.read_variance)


def test_pixels_set_to_zero_are_no_counts():
    generator = np.random.default_rng(0)
    image = generator.normal(200, 4, (128, 128)).round()
    image[:, :60] *= generator.random((128, 60)) > 0.3
    noise = estimate_variance(image)
    assert np.sqrt(noise.variance(200)) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize('sigma', [10, 40])
def test_clipping_does_not_hide_the_noise(sigma):
    clean = np.tile(np.linspace(0, 255, 256), (256, 1))
    noisy = clean + np.random.default_rng(3).normal(0, sigma, clean.shape)
    noise = estimate_variance(np.clip(np.rint(noisy), 0, 255))
    assert np.sqrt(noise.variance(128)) == pytest.approx(sigma, rel=0.12)


@pytest.mark.parametrize('shape', [(3, 3), (8, 8), (16, 300)])
def test_small_and_flat_images_give_a_usable_model(shape):
    assert estimate_variance(np.full(shape, 7.0)) == VarianceModel(0.0, 0.0)
    noisy = np.random.default_rng(4).normal(0, 1, shape)
    assert np.isfinite(estimate_variance(noisy).variance(0.0))


def test_non_finite_pixels_are_left_out():
    image = np.random.default_rng(5).normal(100, 4, (128, 128))
    image[10:20, 10:20] = np.nan
    image[50, 50] = np.inf
    sigma = np.sqrt(estimate_variance(image).variance(100))
    assert sigma == pytest.approx(4, rel=0.1)


def test_colour_channels_are_pooled():
    image = np.random.default_rng(6).normal(100, 4, (3, 64, 64))
    noise = estimate_variance(image)
    assert np.sqrt(noise.variance(100)) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize('noise', [0.0, 1e-4, 0.1])
def test_smooth_structure_is_no_noise(noise):
    rows, columns = np.mgrid[:96, :96] / 96
    smooth = np.sin(columns * 20) * np.cos(rows * 14) * 100 + 100
    grain = np.random.default_rng(0).normal(0, noise, smooth.shape)
    model = estimate_variance(smooth + grain)
    assert model.gain == 0 or noise
    assert model.variance(100.0) ** 0.5 == pytest.approx(noise, rel=0.3)


@pytest.mark.parametrize('rate', [0.4, 0.05, 0.005])
def test_sparse_events_are_counted(rate):
    events = np.random.default_rng(0).random((128, 128)) < rate
    noise = estimate_variance(5.0 * events)
    assert noise.gain == pytest.approx(5, rel=0.4)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, rotate, uniform_filter, zoom
from scipy.signal import lfilter

from benchmarks.datasets.photons import compress
from napari_dip.noise.autocorrelation import (
    Correlation,
    find_correlation,
    measure_autocorrelation,
)
from tests.noise.drawn import CELLS, WHITE, photons, scanned, shifted

COUNTS = photons(12, 0).astype(float)


def reach(*planes: np.ndarray) -> tuple[int, ...]:
    return find_correlation(np.stack(planes).astype(float)).reach


@pytest.mark.parametrize('rho', [0.0, 0.3, 0.6])
def test_the_autocorrelation_is_measured_with_its_error(rho):
    white = np.random.default_rng(1).normal(size=(200, 200))
    noise = lfilter([1], [1, -rho], white, axis=1)
    found = measure_autocorrelation(30 * noise + CELLS[:200, :200])
    expected = np.array([[0, 0, 0], [rho, rho**2, rho**3]])
    # Beyond three pixels it is taken to be 0.
    assert np.abs(found.coefficients - expected).max() < 0.1
    assert (found.error < 0.03).all()
    small = measure_autocorrelation(noise[:64, :64])
    assert (small.error > found.error).all()
    assert np.isnan(measure_autocorrelation(noise[:20, :20]).error).all()


@pytest.mark.parametrize(
    ('image', 'expected'),
    [
        (scanned(COUNTS, 0.35), (1, 3)),
        (scanned(COUNTS, 0.35).T, (3, 1)),
        (scanned(COUNTS, 0.5), (1, 7)),
        (gaussian_filter(COUNTS, (0, 1.2)), (1, 7)),
        (gaussian_filter(COUNTS, (1.2, 0)), (7, 1)),
        (shifted(COUNTS, 0.5, 0.5), (3, 3)),
        (rotate(COUNTS, 20, order=1)[60:250, 60:250], (3, 3)),
        (uniform_filter(COUNTS, 3), (5, 5)),
        (gaussian_filter(COUNTS, 0.9), (5, 5)),
        (zoom(COUNTS, 2, order=1), (5, 5)),
        (gaussian_filter(WHITE, 1), (5, 5)),
        (COUNTS, (1, 1)),
        (WHITE, (1, 1)),
        (CELLS, (1, 1)),
        (np.zeros((128, 128)), (1, 1)),
        (np.full((128, 128), np.nan), (1, 1)),
    ],
    ids=[
        'rows',
        'columns',
        'slower',
        'smoothed along rows',
        'smoothed along columns',
        'shifted',
        'turned',
        'mean of 3 x 3',
        'smoothed',
        'enlarged',
        'even ground',
        'photons',
        'white',
        'no noise',
        'flat',
        'missing',
    ],
)
def test_how_far_noise_reaches(image, expected):
    assert reach(image) == expected
    assert reach(image, image) == expected


@given(
    peak=st.floats(3, 40),
    rows=st.floats(0.3, 0.7),
    columns=st.floats(0.3, 0.7),
    seed=st.integers(0, 100),
)
@settings(max_examples=10, deadline=None)
def test_a_shift_by_part_of_a_pixel_is_found(peak, rows, columns, seed):
    assert min(reach(shifted(photons(peak, seed), rows, columns))) >= 3


@given(
    peak=st.floats(3, 60),
    memory=st.floats(0.35, 0.55),
    seed=st.integers(0, 100),
)
@settings(max_examples=10, deadline=None)
def test_a_slow_detector_is_found_along_either_axis(peak, memory, seed):
    image = scanned(photons(peak, seed), memory)
    across, along = reach(image)
    assert across == 1
    assert along >= 3
    assert reach(image.T) == (along, across)


@given(peak=st.floats(3, 300), seed=st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_noise_of_each_pixel_alone_is_independent(peak, seed):
    assert reach(photons(peak, seed)) == (1, 1)


@pytest.mark.parametrize('side', [48, 64, 96])
def test_small_images_tell_it_too(side):
    smooth = gaussian_filter(WHITE, 0.8)[:side, :side]
    assert min(reach(smooth)) >= 3
    assert reach(WHITE[:side, :side]) == (1, 1)


@pytest.mark.parametrize('side', [24, 32])
def test_few_blocks_that_agree_by_chance_tell_nothing(side):
    seeds = range(200)
    white = [np.random.default_rng(n).normal(size=(side,) * 2) for n in seeds]
    assert {reach(noise) for noise in white} == {(1, 1)}


def test_all_channels_have_to_show_what_reaches_all_around():
    assert reach(gaussian_filter(COUNTS, 0.9), COUNTS) == (1, 1)


def test_a_scan_is_one_in_the_channels_whose_detectors_are_slow():
    slow = scanned(WHITE, 0.5)
    assert reach(slow, WHITE[::-1]) == (1, 3)
    assert reach(slow, scanned(COUNTS, 0.5).T) == (3, 3)


def test_missing_pixels_are_no_hindrance():
    image = shifted(WHITE, 0.5, 0.5) + CELLS
    image[40:90, 30:200] = np.nan
    assert reach(image) == (3, 3)


@pytest.mark.parametrize('noise', [1e-4, 1.0, 5.0])
@pytest.mark.parametrize('waves', [(40, 40), (33, 23), (60, 10)])
def test_smooth_structure_is_no_correlated_noise(waves, noise):
    rows, columns = np.mgrid[:160, :160] / 160
    down, along = waves
    image = 100 * np.sin(columns * along) * np.cos(rows * down)
    image += np.random.default_rng(0).normal(0, noise, image.shape)
    assert reach(image) == (1, 1)


@pytest.mark.parametrize('noise', [0.1, 0.3, 1])
def test_structure_of_cells_is_none(noise):
    for light in (CELLS, gaussian_filter(CELLS, 2)):
        assert reach(light + noise * WHITE) == (1, 1)


def test_jpeg_is_told_where_it_spreads_the_noise():
    image = compress(6 * photons(20, 0), 70).astype(float)
    found = find_correlation(image[None])
    assert found.compressed
    assert min(found.reach) >= 3
    lightly = find_correlation(compress(100 + WHITE, 92)[None] * 1.0)
    assert lightly.independent
    assert not lightly.compressed


@pytest.mark.parametrize('quality', [75, 85, 95])
def test_jpeg_spreads_the_noise_of_colours(quality):
    noise = np.random.default_rng(0).normal(0, 20, (*CELLS.shape, 3))
    image = compress(40 + CELLS[..., None] / 2 + noise, quality)
    assert min(reach(*image.transpose(2, 0, 1))) >= 3


@pytest.mark.parametrize('quality', [60, 80])
def test_smooth_noise_is_found_in_what_jpeg_has_kept(quality):
    noise = np.random.default_rng(0).normal(0, 40, (*CELLS.shape, 3))
    smooth = gaussian_filter(noise, (0.8, 0.8, 0))
    image = compress(40 + CELLS[..., None] / 2 + smooth, quality)
    assert reach(*image.transpose(2, 0, 1)) == (5, 5)
    clean = compress(40 + CELLS[..., None] / 2 + 0 * smooth, quality)
    assert reach(*clean.transpose(2, 0, 1)) == (1, 1)


def test_independent_noise_of_colours_is_independent():
    noise = np.random.default_rng(0).normal(0, 20, (3, *CELLS.shape))
    assert reach(*(40 + CELLS / 2 + noise)) == (1, 1)


def test_a_volume_is_measured_along_all_axes():
    noise = np.random.default_rng(0).normal(size=(24, 64, 64))
    smooth = gaussian_filter(noise, (0.8, 0.8, 0.8))
    assert reach(noise) == (1, 1, 1)
    assert min(reach(smooth)) >= 3
    assert reach(gaussian_filter(noise, (0, 0.8, 0.8)))[0] == 1


def test_what_is_left_of_it_in_differences_and_means():
    white = np.random.default_rng(2).normal(size=(600, 600))
    smooth = gaussian_filter(white, 0.6)
    found = find_correlation(smooth[None])
    means = smooth.reshape(200, 3, 200, 3).mean((1, 3))
    left = means.var() / smooth.var()
    assert found.left_in_means(3) == pytest.approx(left, rel=0.1)
    fine = np.diff(np.diff(smooth, 2, 0), 2, 1).var() / 36
    share = fine / smooth.var()
    assert found.share == pytest.approx(share, rel=0.15)
    told = Correlation.told('around', 2)
    assert (told.reach, told.share) == ((3, 3), 1)
    assert told.left_in_means(3) == pytest.approx(1 / 9)


def test_structure_does_not_make_noise_reach_further():
    spots = gaussian_filter(np.random.default_rng(0).random((192, 192)), 2)
    light = 600 * (0.2 + (spots - spots.min()) / np.ptp(spots))
    moved = shifted(np.random.default_rng(1).poisson(light), 0.5, 0.5)
    assert measure_autocorrelation(moved).coefficients[:, 1].min() > 0.2
    assert reach(moved) == (3, 3)

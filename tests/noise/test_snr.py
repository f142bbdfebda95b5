from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.noise.autocorrelation import Correlation, find_correlation
from napari_dip.noise.snr import (
    is_mostly_noise,
    measure_snr,
    photon_bins,
    structure_bins,
)
from napari_dip.noise.variance import VarianceModel, estimate_variance


def _faint(plane):
    """Of an image whose noise is not told."""
    line = estimate_variance(plane)
    return structure_bins(plane[None], [line], Correlation((1, 1)))


def _wave(strength, side=192, seed=0):
    """A wave of 63 pixels in noise of variance 1."""
    rng = np.random.default_rng(seed)
    wave = np.sin(np.arange(side) / 10)[:, None] * np.ones(side)
    return strength * wave + rng.normal(size=(side, side))


@pytest.mark.parametrize('strength', [0.7, 2.0, 50.0])
def test_structure_that_shows_needs_no_bins(strength):
    assert _faint(_wave(strength)) == 1


def test_the_fainter_the_larger_the_bins():
    sides = [_faint(_wave(s)) for s in (0.05, 0.15, 0.3, 1.0)]
    assert sides == sorted(sides, reverse=True)
    assert sides[0] > sides[1] > sides[3] == 1


@pytest.mark.parametrize(
    ('gain', 'offset'), [(3e4, 0), (1e-3, 0), (1.0, -1e3)]
)
def test_the_unit_of_faint_structure_does_not_matter(gain, offset):
    field = _wave(0.2)
    assert _faint(gain * field + offset) == _faint(field) > 1


def test_bright_spots_keep_their_pixels():
    field = _wave(0.2)
    spots = field.copy()
    for row, column in ((30, 40), (100, 60), (150, 150)):
        spots[row : row + 3, column : column + 3] += 7
    assert _faint(spots) == 1
    # A hot pixel is no spot.
    field[10, 10] = 1e3
    assert _faint(field) > 1


def test_missing_pixels_are_no_structure():
    field = _wave(0.2)
    field[:20] = np.nan
    assert _faint(field) == _faint(_wave(0.2)[20:])


@pytest.mark.parametrize(
    'plane',
    [np.full((40, 40), np.nan), np.full((40, 40), 7.0), _wave(0, side=20)],
)
def test_an_image_that_tells_nothing_is_no_error(plane):
    assert _faint(plane) == 1


def _photons(plane):
    """Of an image whose noise is not told."""
    return photon_bins(plane, estimate_variance(plane))


def _field(peak, side=160, seed=0):
    """Bright discs on a dim background, in photons."""
    rows, columns = np.mgrid[:side, :side]
    rng = np.random.default_rng(seed)
    light = np.full((side, side), 0.05)
    for row, column in rng.uniform(0, side, (12, 2)):
        light[np.hypot(rows - row, columns - column) < 9] = 1.0
    return rng.poisson(peak * light).astype(float)


@pytest.mark.parametrize('peak', [5, 20, 500])
def test_light_enough_needs_no_bins(peak):
    assert _photons(_field(peak)) == 1


def test_the_fewer_photons_the_larger_the_bins():
    sides = [_photons(_field(peak)) for peak in (0.05, 0.3, 1.0, 5.0)]
    assert sides == sorted(sides, reverse=True)
    assert sides[0] > sides[1] > sides[2] > sides[3] == 1


@pytest.mark.parametrize(
    ('gain', 'offset'), [(1, 0), (12.0, 0), (0.01, 0), (12.0, 100)]
)
def test_the_unit_does_not_matter(gain, offset):
    field = _field(0.5)
    assert _photons(gain * field + offset) == _photons(field)


def test_bright_spots_in_the_dark_keep_their_pixels():
    rng = np.random.default_rng(0)
    light = np.full((160, 160), 0.03)
    light[::16, ::16] = 40.0
    assert _photons(rng.poisson(light)) == 1


def test_noise_that_is_not_of_photons_needs_none():
    rng = np.random.default_rng(0)
    assert _photons(rng.normal(0, 1, (96, 96))) == 1
    assert _photons(rng.normal(1e-3, 1, (96, 96))) == 1


@pytest.mark.parametrize(
    'plane',
    [
        np.zeros((64, 64)),
        np.full((64, 64), 7.0),
        np.full((64, 64), np.nan),
        np.eye(64),
    ],
)
def test_an_image_without_noise_is_no_error(plane):
    assert _photons(plane) >= 1


def test_missing_pixels_are_no_photons():
    field = _field(0.5)
    expected = _photons(field)
    field[:40] = np.nan
    assert _photons(field) == expected


def test_a_small_image_keeps_pixels_enough():
    field = _field(0.05, side=70)
    assert _photons(field) <= 70 // 32


def test_the_ratio_of_structure_and_noise():
    wave = _wave(2.0)
    line = VarianceModel(0.0, 1.0)
    assert measure_snr(wave, line) == pytest.approx(2**0.5, rel=0.1)
    assert measure_snr(wave, VarianceModel(0.0, 0.0)) == np.inf


def test_correlated_noise_that_drowns_the_structure_is_binned():
    grain = gaussian_filter(_wave(0, side=192), 0.7)
    grain /= grain.std()
    wave = np.sin(np.arange(192) / 10)[:, None]
    sides = []
    for strength in (3.0, 1.5, 1.0):
        planes = (strength * wave + grain)[None]
        correlation = find_correlation(planes)
        line = VarianceModel(0.0, 1.0)
        sides.append(structure_bins(planes, [line], correlation))
    assert sides[0] == 1 < sides[1] <= sides[2]


@pytest.mark.parametrize('shape', [(1, 64, 64), (3, 64, 80), (1, 16, 40, 40)])
def test_noise_falls_in_means_and_structure_does_not(shape):
    rng = np.random.default_rng(0)
    grain = rng.normal(size=shape)
    scene = gaussian_filter(rng.normal(size=shape), 3) * 30
    known = rng.random(shape) > 0.1
    assert is_mostly_noise(scene + grain, known)
    assert is_mostly_noise(1e4 + 100 * (scene + grain), known)
    assert not is_mostly_noise(scene + grain / 100, known)


def test_noise_that_neighbours_share_is_not_what_falls():
    grain = np.random.default_rng(0).normal(size=(1, 128, 128))
    shared = gaussian_filter(grain, (0, 1, 1))
    everywhere = np.ones(grain.shape, bool)
    assert is_mostly_noise(grain, everywhere)
    assert not is_mostly_noise(shared, everywhere)
    line = np.ones((1, 1, 40))
    assert not is_mostly_noise(line, line > 0)

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.masks.scratches import find_scratches

RANDOM = np.random.default_rng(0)
# Filaments and spots as a lens draws them, two pixels at half maximum.
SHARPEST_OF_A_LENS = 2 / 2.355


def drawn_by_a_lens():
    scene = np.zeros((96, 96))
    rows = np.arange(96)
    for start in (5, 30, 60):
        scene[rows, (start + rows // 3) % 96] = 900
    scene[tuple(RANDOM.integers(0, 96, (2, 40)))] = 2500
    scene[70:78, 20:60] = 400
    return 50 + gaussian_filter(scene, SHARPEST_OF_A_LENS)


def with_scratch(image, value, thickness):
    marked = np.zeros(image.shape, bool)
    for row in range(20, 80):
        column = 20 + int(row * 0.7 - row**2 / 400)
        marked[row, column : column + thickness] = True
    return np.where(marked, value, image), marked


@pytest.mark.parametrize('thickness', [2, 4, 8])
@pytest.mark.parametrize('value', [10, 300])
def test_scratches_at_an_angle_are_found(thickness, value):
    ground = RANDOM.normal(100, 3, (96, 96))
    image, marked = with_scratch(ground, value, thickness)
    found = find_scratches(image)
    assert (found & marked).sum() >= 0.99 * marked.sum()
    assert not (found & ~marked).any()


def test_dust_is_found():
    image = RANDOM.normal(100, 3, (96, 96))
    rows, columns = np.mgrid[:96, :96]
    dust = (rows - 40) ** 2 + (columns - 60) ** 2 <= 9
    image[dust] = 20
    np.testing.assert_array_equal(find_scratches(image), dust)


def test_what_a_lens_draws_is_none():
    image = drawn_by_a_lens()
    assert not find_scratches(image).any()
    assert not find_scratches(RANDOM.poisson(image)).any()


def test_a_scratch_over_structure_is_told_from_it():
    image, marked = with_scratch(drawn_by_a_lens(), 0, 4)
    found = find_scratches(RANDOM.poisson(image))
    assert (found & marked).sum() > 0.9 * marked.sum()
    assert (found & ~marked).sum() < 0.1 * marked.sum()


def test_noise_is_none():
    for rate in (0.05, 2.0, 200.0):
        assert not find_scratches(RANDOM.poisson(rate, (96, 96))).any()


def test_what_is_wide_or_weak_is_none():
    wide = RANDOM.normal(100, 3, (96, 96))
    wide[30:60, 30:60] = 20
    assert not find_scratches(wide)[35:55, 35:55].any()
    weak, _ = with_scratch(RANDOM.normal(100, 3, (96, 96)), 102, 2)
    assert not find_scratches(weak).any()


@pytest.mark.parametrize('depth', [2, 5, 8])
@pytest.mark.parametrize('turn', range(4))
def test_what_the_border_cuts_is_none_if_it_may_be_wide(depth, turn):
    image = np.random.default_rng(depth).normal(100, 3, (96, 96))
    rows, columns = np.mgrid[:96, :96]
    nucleus = (rows + 25 - depth) ** 2 + (columns - 50) ** 2 <= 25**2
    image[nucleus] += 80
    assert not find_scratches(np.rot90(image, turn)).any()


@pytest.mark.parametrize('turn', range(4))
def test_a_scratch_may_end_at_the_border(turn):
    image = np.random.default_rng(0).normal(100, 3, (96, 96))
    rows, columns = np.mgrid[:96, :96]
    scratch = abs(rows - columns / 2 - 20) <= 3
    image[scratch] = 20
    np.testing.assert_array_equal(
        find_scratches(np.rot90(image, turn)), np.rot90(scratch, turn)
    )


@pytest.mark.parametrize('seed', range(3))
def test_noise_in_the_dark_is_no_scratch(seed):
    rows, columns = np.mgrid[:128, :128]
    nucleus = (rows - 105) ** 2 + (columns - 80) ** 2 <= 24**2
    halo = np.exp(-((rows - 64) ** 2 + (columns - 100) ** 2) / 40**2)
    light = 3 + 5 * halo + 60 * gaussian_filter(nucleus * 1.0, 1.5)
    # Grain of the nucleus takes the line of the variance below that.
    deviation = np.where(light > 20, np.sqrt(5 * light), 2)
    noise = np.random.default_rng(seed).normal(size=light.shape)
    image = np.rint(np.clip(light + noise * deviation, 0, 255))
    assert not find_scratches(image).any()


def test_missing_pixels_are_none():
    image, marked = with_scratch(RANDOM.normal(100, 3, (96, 96)), np.nan, 3)
    assert not find_scratches(image)[marked].any()

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from napari_dip.masks.lines import SHARPEST, find_lines
from napari_dip.samples import nuclei, scratched_membranes


def drawn(side=128, noise=5.0, seed=0):
    rows, columns = np.mgrid[:side, :side]
    clean = 200 + 60 * np.sin(columns / 6) * np.cos(rows / 9)
    rng = np.random.default_rng(seed)
    return clean + rng.normal(0, noise, clean.shape)


@pytest.mark.parametrize('thickness', [1, 2, 4])
@pytest.mark.parametrize('offset', [25, -80])
def test_rows_of_another_brightness_are_found(thickness, offset):
    image = drawn()
    image[50 : 50 + thickness] += offset
    found = find_lines(image)
    assert found[50 : 50 + thickness].mean() > 0.9
    found[50 : 50 + thickness] = False
    assert not found.any()


def test_columns_are_found_as_rows_are():
    image = drawn()
    image[:, 33] += 40
    np.testing.assert_array_equal(find_lines(image.T), find_lines(image).T)
    assert find_lines(image)[:, 33].mean() > 0.9


def test_a_hot_column_may_begin_in_the_middle():
    image = drawn()
    image[60:, 33] += 60
    found = find_lines(image)
    assert found[62:, 33].all()
    assert found[:50].sum() == 0


def test_a_dropout_of_one_value_is_found_in_the_middle_of_a_row():
    image = np.rint(drawn())
    image[40, 30:90] = 7
    found = find_lines(image)
    assert found[40, 30:90].all()
    assert found.sum() <= 64


@pytest.mark.parametrize('thickness', [1, 2, 3, 4])
@pytest.mark.parametrize('columns', [slice(None), slice(30, 100)])
def test_bands_of_a_value_that_the_image_has_are_found_whole(
    thickness, columns
):
    image = np.rint(drawn())
    lost = np.zeros(image.shape, bool)
    for row in (20, 50, 80, 110):
        lost[row : row + thickness, columns] = True
    image[lost] = np.median(image)
    # Rows beside have the value here and there.
    assert (image[19] == np.median(image)).any()
    np.testing.assert_array_equal(find_lines(image), lost)


def test_runs_are_no_lines_where_the_rows_beside_have_runs_too():
    photons = np.random.default_rng(0).poisson(3.0, (128, 128))
    photons[:, 64:] = np.random.default_rng(1).integers(0, 2, (128, 64))
    photons[40, 70:91], photons[41, 70:91] = 0, 1
    photons[39, 70:91] = 2
    photons[39, 70:91:7] = 1
    assert not find_lines(photons).any()


@pytest.mark.parametrize('part', [0.3, 0.6])
def test_runs_of_zeros_in_the_dark_are_no_line(part):
    # Zeros come again more often than other values.
    image = np.rint(drawn())
    dark = np.random.default_rng(3).random((128, 128)) < part
    image[:, :64] = np.where(dark, 0, image)[:, :64]
    assert not find_lines(image).any()


@pytest.mark.filterwarnings('error')
def test_a_lost_row_is_found_two_rows_beside_another():
    image = np.rint(drawn())
    image[20] = 0
    # It is beside a row beside.
    image[22] += 100
    found = find_lines(image)
    assert found[20].all()
    assert found[22].mean() > 0.9


def test_two_lines_cross():
    image = drawn()
    image[20] = 0
    image[:, 90] = 500
    found = find_lines(image)
    assert found[20].mean() > 0.9
    assert found[:, 90].mean() > 0.9


@pytest.mark.parametrize('thickness', [1, 3])
def test_the_crossing_of_two_lines_of_one_value_is_lost_too(thickness):
    image = np.rint(drawn())
    image[20 : 20 + thickness] = image[:, 90 : 90 + thickness] = 0
    found = find_lines(image)
    assert found[20 : 20 + thickness].all()
    assert found[:, 90 : 90 + thickness].all()
    assert found.sum() == 2 * 128 * thickness - thickness**2


def test_missing_pixels_are_none():
    image = drawn()
    image[20] = np.nan
    image[40, ::3] = np.nan
    assert not find_lines(image).any()


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('noise', [0.5, 5.0, 50.0])
def test_noise_makes_no_line(seed, noise):
    assert not find_lines(drawn(noise=noise, seed=seed)).any()


def test_noise_shared_along_the_rows_makes_no_line():
    noise = np.random.default_rng(0).normal(0, 5, (128, 160))
    shared = sum(noise[:, i : i + 128] for i in range(8))
    assert not find_lines(shared).any()


def test_lines_of_uneven_brightness_are_no_loss():
    image = drawn()
    image += np.random.default_rng(1).normal(0, 8, (128, 1))
    assert not find_lines(image).any()


@pytest.mark.parametrize('width', [2.0, 2.5, 4.0, 6.0])
@pytest.mark.parametrize('place', [64, 64.5])
def test_a_filament_along_a_row_is_structure(width, place):
    image = drawn(noise=1.0)
    distance = np.arange(128)[:, None] - place
    image += 200 * 2.0 ** -((2 * distance / width) ** 2)
    assert not find_lines(image).any()


@pytest.mark.parametrize('thickness', [1, 2, 3, 4])
def test_bars_of_light_are_no_sharper(thickness):
    rows, blur = np.arange(-8, 9), 2 / 2.3548
    greatest = 0.0
    for width in (0.01, *np.arange(0.2, 6, 0.2)):
        for centre in np.arange(-0.5, 0.51, 0.1):
            ends = (rows - centre + width / 2, rows - centre - width / 2)
            bar = ndtr(ends[0] / blur) - ndtr(ends[1] / blur)
            for first in range(4, 10):
                part = bar[first - 2 : first + thickness + 2]
                steps = np.abs(np.diff(part))
                jump = part[2:-2].min() - max(part[1], part[-2])
                steps[[1, -2]] = abs(part[1] - part[-2])
                if jump > 0.001 * bar.max():
                    greatest = max(greatest, jump / steps.max())
    assert greatest == pytest.approx(SHARPEST[thickness - 1], abs=0.06)


def test_edges_and_ramps_are_structure():
    image = drawn(noise=1.0)
    image[70:] += 300
    image += np.arange(128) ** 2 / 30
    assert not find_lines(image).any()


def test_few_photons_make_no_line():
    photons = np.random.default_rng(0).poisson(0.05, (128, 128))
    assert not find_lines(photons).any()


def test_real_images_have_none():
    [(noisy, _, _)] = nuclei()
    assert not find_lines(noisy).any()
    (membranes, _, _), (damage, _, _) = scratched_membranes()
    found = find_lines(np.where(damage > 0, np.nan, membranes))
    assert not found.any()


def test_an_image_of_few_rows_has_none():
    assert not find_lines(np.arange(18.0).reshape(3, 6)).any()


@pytest.mark.parametrize('thickness', [1, 3])
def test_lines_at_the_border_are_found(thickness):
    image = drawn()
    image[:thickness] -= 80
    image[:, -thickness:] += 80
    found = find_lines(image)
    assert found[:thickness].all()
    assert found[:, -thickness:].all()
    found[:thickness] = found[:, -thickness:] = False
    assert not found.any()


def test_a_structure_at_the_border_is_no_line():
    image = drawn()
    rows = np.arange(128)[:, None]
    image += 80 * np.exp(-((rows / 0.85) ** 2) / 2)
    assert not find_lines(image)[:4].any()

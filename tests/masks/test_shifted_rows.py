from __future__ import annotations

import numpy as np
import pytest

from napari_dip.masks.shifted_rows import find_shifted_rows
from napari_dip.samples import nuclei


def drawn(noise=3.0, slope=0.05, seed=0):
    rows, columns = np.mgrid[:128, :128]
    clean = 100 + 60 * np.sin(columns / 5 + slope * rows)
    rng = np.random.default_rng(seed)
    return clean + rng.normal(0, noise, clean.shape)


def rows_of(found):
    return np.flatnonzero(found.all(axis=1)).tolist()


@pytest.mark.parametrize('shift', [2, -3, 10])
def test_a_shifted_row_is_found(shift):
    image = drawn()
    image[40] = np.roll(image[40], shift)
    assert rows_of(find_shifted_rows(image)) == [40]


def test_rows_shifted_together_and_each_by_itself_are_found():
    image = drawn()
    image[40:43] = np.roll(image[40:43], 4, axis=1)
    for row, shift in ((90, 3), (91, -5)):
        image[row] = np.roll(image[row], shift)
    assert rows_of(find_shifted_rows(image)) == [40, 41, 42, 90, 91]


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('noise', [1.0, 20.0, 300.0])
def test_noise_shifts_no_row(seed, noise):
    image = drawn(noise=noise, seed=seed)
    assert not find_shifted_rows(image).any()


def test_structure_that_runs_aslant_is_not_shifted():
    assert not find_shifted_rows(drawn(slope=0.4)).any()


def test_a_step_that_stays_is_no_jitter():
    image = drawn()
    image[60:] = np.roll(image[60:], 4, axis=1)
    assert not find_shifted_rows(image).any()


def test_dead_and_bright_rows_are_not_shifted():
    image = drawn()
    image[30] = 0
    image[60] += 500
    assert not find_shifted_rows(image).any()


def test_real_image_has_none():
    [(noisy, _, _)] = nuclei()
    assert not find_shifted_rows(noisy).any()


def test_real_image_with_shifted_rows():
    [(noisy, _, _)] = nuclei()
    image = noisy.astype(float)
    rows = [200, 201, 290]
    for row in rows:
        image[row] = np.roll(image[row], 6)
    assert set(rows_of(find_shifted_rows(image))) <= set(rows)


@pytest.mark.parametrize('shape', [(1, 1), (4, 6), (64, 3)])
def test_images_too_narrow_have_none(shape):
    assert not find_shifted_rows(np.random.rand(*shape)).any()

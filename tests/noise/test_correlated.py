from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, median_filter, zoom

from benchmarks.datasets.photons import compress
from napari_dip.noise.correlated import Recipe, find_recipe
from tests.noise.drawn import CELLS, WHITE, photons, scanned, shifted

COUNTS = photons(12, 0).astype(float)


@pytest.mark.parametrize(
    ('image', 'shared'),
    [
        (scanned(COUNTS, 0.5), Recipe(1, (1, 3))),
        (scanned(COUNTS, 0.5).T, Recipe(1, (3, 1))),
        (shifted(COUNTS, 0.5, 0.5), Recipe(1, (3, 3))),
        (median_filter(COUNTS, 3), Recipe(2, (3, 3), fine=True)),
        (median_filter(WHITE, 3), Recipe(2, (3, 3), fine=True)),
        (gaussian_filter(COUNTS, 0.9), Recipe(2, (3, 3), fine=True)),
        (zoom(COUNTS, 2, order=1), Recipe(2, (3, 3))),
        (zoom(COUNTS, 3, order=1), Recipe(3, (3, 3))),
        (gaussian_filter(WHITE, 1), Recipe(3, (3, 3))),
    ],
    ids=[
        'rows',
        'columns',
        'shifted',
        'median',
        'median on even ground',
        'smoothed',
        'enlarged by 2',
        'enlarged by 3',
        'even ground',
    ],
)
def test_what_is_fitted_depends_on_what_is_shared(image, shared):
    assert find_recipe(image[None]) == shared
    twice = np.stack([image, image])
    assert find_recipe(twice) == shared


@pytest.mark.parametrize('image', [COUNTS, WHITE, CELLS])
def test_noise_of_each_pixel_alone_is_not_shared(image):
    assert find_recipe(image[None]) is None


def test_all_channels_have_to_share_what_reaches_all_around():
    mixed = np.stack([gaussian_filter(COUNTS, 0.9), COUNTS])
    assert find_recipe(mixed) is None


def test_jpeg_of_one_channel_is_fitted_in_squares_one_by_one():
    image = compress(6 * photons(20, 0), 70).astype(float)
    assert find_recipe(image[None]) == Recipe(2, (1, 1), rounded=True)
    twice = np.stack([image, image])
    assert find_recipe(twice) == Recipe(2, (3, 3))


def test_jpeg_that_leaves_the_noise_as_it_was_is_taken_for_it():
    assert find_recipe(compress(100 + WHITE, 92)[None] * 1.0) is None


@pytest.mark.parametrize('quality', [75, 85, 95])
def test_jpeg_spreads_the_noise_of_colours(quality):
    noise = np.random.default_rng(0).normal(0, 20, (*CELLS.shape, 3))
    image = compress(40 + CELLS[..., None] / 2 + noise, quality)
    planes = image.transpose(2, 0, 1).astype(float)
    assert find_recipe(planes) == Recipe(2, (3, 3))


def test_independent_noise_of_colours_is_not_shared():
    noise = np.random.default_rng(0).normal(0, 20, (3, *CELLS.shape))
    assert find_recipe(40 + CELLS / 2 + noise) is None


@pytest.mark.parametrize('noise', [1e-4, 1.0, 5.0])
@pytest.mark.parametrize('waves', [(40, 40), (33, 23), (60, 10)])
def test_smooth_structure_is_no_correlated_noise(waves, noise):
    rows, columns = np.mgrid[:160, :160] / 160
    down, along = waves
    image = 100 * np.sin(columns * along) * np.cos(rows * down)
    image += np.random.default_rng(0).normal(0, noise, image.shape)
    assert find_recipe(image[None]) is None

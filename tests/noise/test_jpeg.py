from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from benchmarks.datasets.photons import compress
from napari_dip.noise.jpeg import was_white
from tests.noise.drawn import CELLS, WHITE, photons


def found(image: np.ndarray) -> bool | None:
    return was_white(image[None].astype(float))


@given(
    peak=st.floats(18, 24), quality=st.integers(65, 75), seed=st.integers(0, 9)
)
@settings(max_examples=6, deadline=None)
def test_noise_that_was_compressed_is_found(peak, quality, seed):
    noisy = photons(peak, seed) * 120 / peak
    assert found(compress(noisy, quality))


@pytest.mark.parametrize('rows', [0, 3])
@pytest.mark.parametrize('columns', [0, 5])
def test_a_part_of_a_compressed_image_is_found(rows, columns):
    image = compress(100 + WHITE, 60)
    assert found(image[rows:, columns:])


@pytest.mark.parametrize(
    'image',
    [
        np.clip(np.rint(100 + WHITE), 0, 255),
        compress(100 + WHITE, 100),
        compress(CELLS, 50),
        np.zeros((256, 256)),
        np.full((256, 256), np.nan),
    ],
    ids=['as it is', 'hardly', 'no noise', 'flat', 'none'],
)
def test_nothing_else_passes_for_it(image):
    assert not found(image)


@given(peak=st.floats(3, 100), seed=st.integers(0, 20))
@settings(max_examples=8, deadline=None)
def test_noise_that_was_not_compressed_is_none(peak, seed):
    assert not found(np.clip(photons(peak, seed), 0, 255))


@pytest.mark.parametrize('quality', [30, 75, 95])
def test_structure_in_hardly_any_noise_was_not_white(quality):
    texture = gaussian_filter(WHITE, 0.8)
    image = compress(120 + 40 * texture / texture.std(), quality)
    assert found(image) is False


def test_white_noise_in_colours_is_found():
    noise = np.random.default_rng(0).normal(120, 15, (160, 160, 3))
    colours = np.moveaxis(compress(noise, 60), -1, 0).astype(float)
    assert was_white(colours)

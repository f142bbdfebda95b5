from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.datasets.photons import compress
from napari_dip.noise import jpeg as compressed_noise
from napari_dip.noise.second_differences import measure_grain
from tests.noise.drawn import CELLS, WHITE, photons


def was_compressed(image: np.ndarray) -> bool:
    values = image.astype(float)
    return compressed_noise.was_compressed(values, measure_grain(values))


@given(
    peak=st.floats(18, 24), quality=st.integers(65, 75), seed=st.integers(0, 9)
)
@settings(max_examples=15, deadline=None)
def test_noise_that_was_compressed_is_found(peak, quality, seed):
    noisy = photons(peak, seed) * 120 / peak
    assert was_compressed(compress(noisy, quality))


@pytest.mark.parametrize('rows', [0, 3])
@pytest.mark.parametrize('columns', [0, 5])
def test_a_part_of_a_compressed_image_is_found(rows, columns):
    image = compress(100 + WHITE, 60)
    assert was_compressed(image[rows:, columns:])


@pytest.mark.parametrize(
    'image',
    [
        np.clip(np.rint(100 + WHITE), 0, 255),
        compress(100 + WHITE, 100),
        compress(CELLS, 50),
        compress(CELLS + WHITE / 10, 75),
        256 * compress(100 + WHITE, 60).astype(int),
        np.zeros((256, 256)),
        np.full((256, 256), np.nan),
    ],
    ids=['as it is', 'hardly', 'no noise', 'little', 'other', 'flat', 'none'],
)
def test_nothing_else_passes_for_it(image):
    assert not was_compressed(image)


@given(peak=st.floats(3, 100), seed=st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_noise_that_was_not_compressed_is_none(peak, seed):
    assert not was_compressed(np.clip(photons(peak, seed), 0, 255))

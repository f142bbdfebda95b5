from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from benchmarks.datasets.photons import compress
from napari_dip.noise.defects import find_defects
from napari_dip.noise.model import measure_noise
from napari_dip.noise.names import CORRELATIONS
from tests.noise.drawn import WHITE, photons, scanned

COUNTS = photons(12, 0).astype(float)


@pytest.mark.parametrize(
    ('image', 'words'),
    [
        (scanned(COUNTS, 0.5), 'along the rows'),
        (scanned(COUNTS, 0.5).T, 'down the columns'),
        (gaussian_filter(WHITE, 1), 'about 3 pixels'),
    ],
)
def test_correlation_is_told_in_plain_words(image, words):
    found = measure_noise(image[None]).correlation
    assert found is not None
    assert found.describe() == words


def test_what_the_user_tells_takes_the_place_of_what_is_measured():
    smooth = gaussian_filter(WHITE, 1)[None]
    found = {
        told: measure_noise(smooth, correlation=told).correlation
        for told in CORRELATIONS
    }
    assert found['auto'] == found['around']
    assert found['independent'] is None
    assert found['rows'].block == (1, 3)
    assert found['columns'].block == (3, 1)
    told = measure_noise(WHITE[None], correlation='around')
    assert told.correlation.block == (3, 3)


def test_defects_tell_nothing_of_the_noise():
    image = COUNTS[None].copy()
    image[0, 20:200:20, 30] = 4000
    found = measure_noise(image, exclude_defects=True)
    assert found.defects[0, 20:200:20, 30].all()
    [without] = measure_noise(np.where(found.defects, np.nan, image)).variance
    assert found.variance == (without,)
    assert not measure_noise(image).defects.any()


def test_compressed_photons_are_no_defects():
    image = compress(6 * photons(2, 0), 70).astype(float)
    assert find_defects(image).sum() > 20
    found = measure_noise(image[None], exclude_defects=True)
    assert not found.defects.any()

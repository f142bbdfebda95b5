from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from benchmarks.datasets.photons import compress
from napari_dip.noise.autocorrelation import CORRELATIONS
from napari_dip.noise.defects import find_defects
from napari_dip.noise.detector import Detector
from napari_dip.noise.model import measure_noise
from napari_dip.noise.variance import VarianceModel
from tests.noise.drawn import WHITE, photons, scanned

COUNTS = photons(12, 0).astype(float)


@pytest.mark.parametrize(
    ('image', 'words'),
    [
        (scanned(COUNTS, 0.5), 'correlated (along the rows)'),
        (scanned(COUNTS, 0.5).T, 'correlated (down the columns)'),
        (gaussian_filter(WHITE, 1), 'correlated (about 5 pixels)'),
        (WHITE, 'independent from pixel to pixel'),
    ],
)
def test_correlation_is_told_in_plain_words(image, words):
    found = measure_noise(image[None]).correlation
    assert found.describe() == words


def test_what_the_user_tells_takes_the_place_of_what_is_measured():
    smooth = gaussian_filter(WHITE, 1)[None]
    found = {
        told: measure_noise(smooth, correlation=told).correlation
        for told in CORRELATIONS
    }
    assert found['auto'].reach == found['around'].reach
    assert found['independent'].independent
    assert found['rows'].reach == (1, 3)
    assert found['columns'].reach == (3, 1)
    told = measure_noise(WHITE[None], correlation='around')
    assert told.correlation.reach == (3, 3)


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
    assert find_defects(image).any()
    found = measure_noise(image[None], exclude_defects=True)
    assert not found.defects.any()


def test_a_model_says_what_it_is():
    found = measure_noise(COUNTS[None])
    assert found.describe().startswith('Poisson-Gaussian noise, gain 1')
    assert 'independent from pixel to pixel; SNR' in found.describe()
    told = measure_noise(COUNTS[None], detector=Detector(1.0))
    assert told.variance == (VarianceModel(1.0, 0.0),)
    alone = found.of_one_variance(COUNTS[None])
    assert alone.describe().startswith('Gaussian noise, standard deviation')
    [mean] = found.mean_variance(COUNTS[None])
    assert alone.variance[0].read_variance == pytest.approx(mean)


def test_a_volume_has_a_model_too():
    volume = np.random.default_rng(0).poisson(20.0, (1, 20, 96, 96))
    volume = np.asarray(volume, float)
    volume[0, 4:6, 30, 40] = 900
    smooth = gaussian_filter(volume, (0, 0, 1, 1))
    found = measure_noise(volume, exclude_defects=True)
    assert found.variance[0].gain == pytest.approx(1, rel=0.1)
    assert found.defects[0, 4:6, 30, 40].all()
    assert found.correlation.coefficients.shape == (1, 3, 3)
    assert np.abs(found.correlation.coefficients).max() < 0.15
    near = measure_noise(smooth).correlation.coefficients[0, :, 0]
    assert near[0] < 0.2 < 0.6 < near[1:].min()


def test_noise_of_colours_is_no_stronger_for_reaching_far():
    noise = np.random.default_rng(0).normal(0, 20, (160, 160, 3))
    image = np.moveaxis(compress(120 + noise, 95), -1, 0).astype(float)
    found = measure_noise(image)
    assert found.correlation.all_around
    deviation = found.mean_variance(image) ** 0.5
    np.testing.assert_allclose(deviation, image.std((1, 2)), rtol=0.1)

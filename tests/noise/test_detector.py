"""What a user tells of the detector."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip import Detector, denoise
from napari_dip.noise.detector import check_detector
from napari_dip.presets.options import Options
from napari_dip.tasks.denoise import start_denoising

CAMERA = Detector(gain=2.5, offset=100, read_noise=4)


@pytest.fixture
def image():
    rng = np.random.default_rng(0)
    rows = np.linspace(5, 60, 48)[:, None]
    return 2.5 * rng.poisson(np.tile(rows, 48)) + rng.normal(100, 4, (48, 48))


def refused(image, **arguments):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        start_denoising(image, options=Options('fast'), **arguments)
    return str(error.value)


def test_mean_and_variance_of_such_a_detector_lie_on_the_line():
    photons = np.random.default_rng(1).poisson(30, 200_000)
    read = np.random.default_rng(2).normal(0, 4, photons.size)
    counts = 100 + 2.5 * photons + read
    told = CAMERA.variance_model().variance(counts.mean())
    assert told == pytest.approx(counts.var(), rel=0.02)


@pytest.mark.parametrize('value', [0, -1, np.nan, np.inf, '2', True, None])
def test_a_bad_gain_is_refused(value):
    with pytest.raises(ValueError, match=r'^gain: .* is not a positive'):
        Detector(value)


@pytest.mark.parametrize('value', [np.nan, -np.inf, 'dark'])
def test_a_bad_offset_is_refused(value):
    with pytest.raises(ValueError, match=r'^offset: .* is not a number'):
        Detector(1, value)


@pytest.mark.parametrize('value', [-0.1, np.nan, False])
def test_a_bad_read_noise_is_refused(value):
    with pytest.raises(ValueError, match=r'^read_noise: .* of at least 0'):
        Detector(1, 0, value)


@pytest.mark.parametrize('noise', ['poisson', None, 3.0, np.zeros(3)])
def test_unknown_noise_is_refused(image, noise):
    assert refused(image, noise=noise).startswith('noise: ')


def test_a_detector_that_cannot_have_made_the_image_is_refused(image):
    sentence = refused(image, noise=Detector(1, offset=5000))
    assert sentence.startswith('offset: 5000 is above the brightest pixel')


@pytest.mark.parametrize(
    'numbers',
    [
        {'gain': 1e200},
        {'gain': 1e-300},
        {'gain': 1e-300, 'read_noise': 1e-300},
        {'gain': 2.2, 'offset': 100, 'read_noise': 1e-300},
        {'gain': 2.2, 'offset': 1e-300},
        {'gain': 1e-300, 'read_noise': 5},
        {'gain': 1, 'read_noise': 1e200},
        {'gain': 1, 'offset': -1e200},
        {'gain': 1e200, 'offset': -1e200},
        {'gain': 1, 'read_noise': 5000},
    ],
)
def test_noise_that_the_image_cannot_have_is_refused(image, numbers):
    sentence = refused(image, noise=Detector(**numbers))
    assert sentence.startswith('noise: a detector with gain ')
    assert 'give the three in the units of the image' in sentence


@pytest.mark.parametrize(
    ('counts', 'numbers'),
    [
        (np.random.default_rng(0).poisson(0.05, (48, 48)), {'gain': 1}),
        (7 * np.random.default_rng(0).poisson(0.05, (48, 48)), {'gain': 7}),
        (np.random.default_rng(0).poisson(1e5, (48, 48)), {'gain': 1}),
        (np.random.default_rng(0).normal(0, 3, (48, 48)), {'gain': 1e-9}),
    ],
)
def test_any_noise_that_an_image_can_have_is_taken(counts, numbers):
    noise = Detector(**numbers, read_noise=3 * (counts.min() < 0))
    check_detector(noise, counts[np.newaxis])


def test_the_published_recipe_has_no_use_for_a_detector(image):
    with pytest.raises(ValueError, match=r'noise: the preset .* has no use'):
        denoise(image, noise=CAMERA, preset='ulyanov2018')


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize(
    ('noise', 'words'),
    [
        ('auto', r'Poisson-Gaussian noise, gain 2\.\d+ \(estimated\)'),
        ('gaussian', 'Gaussian noise of one variance'),
        (CAMERA, r'gain 2\.5, offset 100, read noise 4 \(given\)'),
    ],
)
def test_the_record_says_what_was_assumed(image, noise, words):
    restored, record = denoise(
        image, noise=noise, preset='fast', max_num_iter=2, return_info=True
    )
    assert re.search(words, record.noise)
    assert np.isfinite(restored).all()
    # Plain data, from which the detector can be made again.
    told = record.to_dict()['arguments']['noise']
    assert (Detector(**told) if isinstance(told, dict) else told) == noise


def test_what_is_given_is_what_is_stabilised(image):
    session = start_denoising(image, noise=CAMERA, options=Options('fast'))
    [scale] = session._stage.output.intensity.channels
    assert scale.noise == CAMERA.variance_model()
    session.close()


def test_correlated_noise_says_that_the_detector_has_no_part():
    white = np.random.default_rng(0).normal(0, 10, (128, 128))
    image = 100 + gaussian_filter(white, 1)
    session = start_denoising(
        image, noise=Detector(0.1), options=Options('fast')
    )
    assert 'detector as given has no part' in session.record().noise
    session.close()


def test_a_mean_of_images_has_a_detector_of_its_own():
    rng = np.random.default_rng(3)
    frames = 100 + 2.5 * rng.poisson(30, (4, 100_000))
    mean = (frames + rng.normal(0, 4, frames.shape)).mean(axis=0)
    told = CAMERA.averaged(4).variance_model().variance(mean.mean())
    assert told == pytest.approx(mean.var(), rel=0.02)

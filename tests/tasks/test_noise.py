from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from benchmarks.datasets.photons import compress
from napari_dip import Detector, NoiseModel, denoise, measure_noise
from napari_dip.tasks.forecast import forecast

pytestmark = pytest.mark.usefixtures('tiny')

RAMP = np.linspace(20, 200, 96 * 96).reshape(96, 96)
PHOTONS = np.random.default_rng(0).poisson(RAMP)


def restored(noise, **told):
    """First iteration of a fit."""
    return denoise(
        PHOTONS,
        noise=noise,
        preset='fast',
        max_num_iter=1,
        device='cpu',
        return_info=True,
        **told,
    )


def test_a_model_stands_for_what_is_measured():
    found = measure_noise(PHOTONS)
    assert isinstance(found, NoiseModel)
    result, record = restored(found)
    measured, _ = restored('auto')
    np.testing.assert_array_equal(result, measured)
    assert record.to_dict()['arguments']['noise']['reach'] == [1, 1]


def test_a_part_of_a_model_may_be_told():
    found = measure_noise(PHOTONS)
    _, record = restored(found, correlation='rows')
    assert tuple(record.settings['latent']['block']) == (1, 3)
    assert 'Correlated noise (along the rows)' in record.noise
    hot = replace(found, defects=found.defects | (PHOTONS.max() == PHOTONS))
    assert 'hot or dead' in restored(hot)[1].noise
    assert 'hot or dead' not in restored(hot, defects='keep')[1].noise


def test_parts_are_told_to_the_measurement():
    camera = measure_noise(PHOTONS, noise=Detector(2.0, 5.0))
    assert camera.variance[0].gain == 2
    assert measure_noise(PHOTONS, correlation='columns').correlation.reach == (
        3,
        1,
    )
    assert measure_noise(PHOTONS, noise='gaussian').variance[0].gain == 0


def test_a_model_of_another_image_is_refused():
    other = measure_noise(PHOTONS[:64])
    with pytest.raises(ValueError, match='noise: the model is of 1 × 64 × 96'):
        restored(other)


def test_the_forecast_says_what_was_found():
    smooth = gaussian_filter(PHOTONS.astype(float), 0.8)
    found = forecast('denoise', (96, 96), preset='fast', image=smooth)
    assert 'correlated (about' in found.outline.found
    told = forecast('denoise', (96, 96), preset='fast')
    assert not told.outline.found


STRIPED = np.random.default_rng(1).normal(0, 20, (96, 1)) + PHOTONS


def test_stripes_are_taken_out_and_told():
    found = measure_noise(STRIPED)
    assert found.stripes.name == 'rows'
    assert 'offsets of the rows' in found.describe()
    result, record = denoise(
        STRIPED, max_num_iter=1, device='cpu', return_info=True
    )
    note = 'Offsets of the rows were found and taken out.'
    assert note in record.notes
    assert 'offsets of the rows' in record.noise
    without, plain = denoise(
        found.stripes.taken_from(STRIPED[None])[0],
        stripes='keep',
        max_num_iter=1,
        device='cpu',
        return_info=True,
    )
    np.testing.assert_array_equal(result, without)
    assert note not in plain.notes


def test_an_image_without_stripes_keeps_its_bits():
    result, record = restored('auto')
    kept, _ = restored('auto', stripes='keep')
    np.testing.assert_array_equal(result, kept)
    assert 'Offsets' not in ' '.join(record.notes)


def test_stripes_are_kept_where_that_is_told():
    found = measure_noise(STRIPED)
    assert measure_noise(STRIPED, stripes='keep').stripes is None
    kept = replace(found, stripes=None)
    for told in ({'noise': kept}, {'noise': found, 'stripes': 'keep'}):
        _, record = denoise(STRIPED, max_num_iter=1, return_info=True, **told)
        assert 'offsets' not in record.noise + ' '.join(record.notes)
    with pytest.raises(ValueError, match="stripes: 'none' is unknown"):
        denoise(STRIPED, stripes='none')


def test_stripes_of_repeats_are_taken_from_all_of_them():
    other = np.random.default_rng(2).poisson(RAMP) + STRIPED - PHOTONS
    _, record = denoise(
        STRIPED, repeats=other, max_num_iter=1, return_info=True
    )
    assert 'Offsets of the rows were found and taken out.' in record.notes


def test_each_plane_of_a_series_has_its_own_stripes():
    draw = np.random.default_rng(3)
    series = np.stack([STRIPED, PHOTONS, STRIPED[::-1]]) * 1.0
    series += draw.normal(0, 1, series.shape)
    result, record = denoise(
        series, axes='TYX', max_num_iter=1, return_info=True
    )
    assert result.shape == series.shape
    told = ' '.join(record.notes)
    assert 'Offsets of the rows were found and taken out.' in told


def test_the_forecast_tells_of_stripes():
    found = forecast('denoise', (96, 96), preset='fast', image=STRIPED)
    assert 'offsets of the rows' in found.outline.found
    assert found.outline.parts['stripes'] == 'rows'


def test_noise_of_a_jpeg_that_is_taken_for_independent_is_told():
    rng = np.random.default_rng(0)
    frame = rng.normal(120, 25, (128, 128))
    options = {'preset': 'fast', 'max_num_iter': 2, 'return_info': True}

    def told(image, **more):
        _, info = denoise(image, **options, **more)
        return any('was a JPEG once' in note for note in info.notes)

    kept = compress(frame, 75)
    assert told(kept)
    assert not told(kept, correlation='around')
    assert not told(frame)

import numpy as np
import pytest
from scipy.ndimage import rotate

from napari_dip import denoise
from napari_dip.images.flat_areas import find_flat_areas

SIDE = 80
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
CLEAN = 300 + 100 * np.sin(COLUMNS / 6) * np.cos(ROWS / 9)
NOISY = CLEAN + np.random.default_rng(0).normal(0, 20, CLEAN.shape)
TURNED = np.pad(rotate(np.ones((50, 50)), 30) > 0.5, 20)[:SIDE, :SIDE]
MARGINS = {
    'letterbox': np.minimum(ROWS, SIDE - 1 - ROWS) < 15,
    'frame': np.hypot(ROWS // 60, COLUMNS // 60) > 0,
    'turned': ~np.pad(TURNED, ((0, SIDE - len(TURNED)),) * 2),
}


@pytest.mark.parametrize(
    ('shape', 'value'),
    [
        pytest.param('letterbox', 0, marks=pytest.mark.slow),
        pytest.param('frame', 100, marks=pytest.mark.slow),
        ('turned', 0),
    ],
)
def test_margins_come_back_and_tell_nothing_of_the_noise(shape, value):
    margin = MARGINS[shape]
    image = np.where(margin, value, NOISY)
    restored, info = denoise(
        image, preset='fast', max_num_iter=30, return_info=True
    )
    np.testing.assert_array_equal(restored[margin], value)
    assert np.std((restored - CLEAN)[~margin]) < 15
    assert 'Poisson' not in info.noise
    [note] = info.notes
    assert f'are all {value} were left as they are' in note


@pytest.mark.parametrize('value', [-1, 65535, -9999, 1e30])
def test_areas_of_a_value_far_from_all_others_are_found(value):
    image = NOISY.copy()
    image[30:50, 20:50] = value
    flat = find_flat_areas(image[None])
    np.testing.assert_array_equal(flat.all[0], image == value)
    [note] = flat.notes
    assert note.startswith('600 pixels of')


@pytest.mark.usefixtures('tiny')
def test_areas_of_a_value_far_from_all_others_are_missing():
    image = NOISY.copy()
    image[30:50, 20:50] = 1e30
    restored, info = denoise(
        image, preset='fast', max_num_iter=30, return_info=True
    )
    assert NOISY.min() < restored.min()
    assert restored.max() < NOISY.max()
    [note] = info.notes
    assert note.startswith('600 pixels of')


@pytest.mark.parametrize('rate', [0.3, 0.03, 0.003])
def test_no_photons_are_no_flat_area(rate):
    events = np.random.default_rng(0).random((1, 96, 96)) < rate
    assert not find_flat_areas(events.astype(int)).all.any()


def test_even_ground_is_no_margin():
    ground = np.random.default_rng(0).normal(20, 0.2, (1, 96, 96)).round()
    ground[:, 40:60, 40:60] = 90
    assert not find_flat_areas(ground).borders.any()


def test_a_margin_may_end_at_missing_pixels():
    image = np.where(MARGINS['letterbox'], 0, NOISY)
    image[15:18] = np.nan
    flat = find_flat_areas(image[None])
    np.testing.assert_array_equal(flat.borders[0], MARGINS['letterbox'])

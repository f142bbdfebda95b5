from __future__ import annotations

import numpy as np
import pytest

from napari_dip import find_missing
from napari_dip.masks import KINDS
from napari_dip.masks.find import FINDERS


def test_every_kind_has_a_finder():
    assert list(FINDERS) == list(KINDS)


@pytest.fixture
def stack():
    return np.random.default_rng(0).poisson(200, (2, 3, 48, 64))


def test_planes_are_looked_at_one_by_one(stack):
    stack[1, 2, 20] = 0
    stack[0, 1, 5, 6] = 5000
    found = find_missing(stack, ['lines', 'defects'])
    assert found.shape == stack.shape
    assert found[1, 2, 20].all()
    assert found[0, 1, 5, 6]
    assert found.sum() == 65


def test_colours_are_the_last_axis_and_opacity_is_none(stack):
    rgba = np.moveaxis(stack[:, 0] // 2, 0, -1)
    rgba = np.concatenate([rgba, rgba], axis=-1).astype(np.uint8)
    rgba[7, 8, 1] = 255
    rgba[9, 9, 3] = 255
    found = find_missing(rgba, 'saturation')
    assert np.argwhere(found).tolist() == [[7, 8, 1]]


def test_channels_may_be_any_axis(stack):
    channels = np.moveaxis(stack[0], 0, 1)
    channels[:, 2, 30] = 900
    found = find_missing(channels, 'lines', channel_axis=1)
    assert found[:, 2].sum() == 48
    assert not found[:, :2].any()


def test_a_value_is_found_as_its_dtype_has_it():
    image = np.random.default_rng(0).random((16, 16), np.float32)
    image[3, 4] = 1e30
    assert find_missing(image, value=1e30).sum() == 1
    counts = (image * 100).clip(0, 99).astype(np.uint8)
    assert find_missing(counts, value=-1).sum() == 0
    np.testing.assert_array_equal(find_missing(counts, value=5), counts == 5)


def test_masked_and_missing_pixels_tell_nothing(stack):
    image = stack[0, 0].astype(float)
    image[20] = 0
    hidden = np.zeros(image.shape, bool)
    hidden[20] = True
    assert not find_missing(np.ma.array(image, mask=hidden), 'lines').any()
    image[20] = np.nan
    assert not find_missing(image, list(FINDERS)).any()


@pytest.mark.parametrize('name', FINDERS)
@pytest.mark.parametrize('value', [0, 7, np.nan])
def test_a_plane_of_one_value_has_lost_nothing(name, value):
    assert not find_missing(np.full((2, 20, 20), value), name).any()


@pytest.mark.parametrize('name', FINDERS)
@pytest.mark.parametrize('dtype', [bool, np.uint8, np.int16, np.float32])
@pytest.mark.parametrize('shape', [(3, 3), (5, 40), (40, 5), (17, 19)])
def test_any_image_is_looked_at(name, dtype, shape):
    image = np.random.default_rng(0).normal(60, 40, shape).clip(0, 120)
    found = find_missing(image.astype(dtype), name)
    assert found.dtype == bool
    assert found.shape == shape


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        ({}, 'what: nothing is to be found'),
        ({'what': 'dust'}, "what: 'dust' is unknown; choose one or more"),
        ({'what': ['lines', 'dust']}, "what: 'dust' is unknown"),
        (
            {'what': 'lines', 'channel_axis': 5},
            'channel_axis: 5 is not an axis of the image',
        ),
    ],
)
def test_what_makes_no_sense_is_told(stack, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        find_missing(stack, **arguments)


def test_images_that_are_none_are_told():
    with pytest.raises(ValueError, match='1 axes are too few'):
        find_missing(np.arange(9), 'lines')
    with pytest.raises(ValueError, match='too small'):
        find_missing(np.zeros((4, 4, 3, 2)), 'lines')
    with pytest.raises(TypeError, match='complex'):
        find_missing(np.zeros((8, 8), complex), 'lines')

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_dip.viewer.layers.layers import (
    describe_image,
    describe_mask,
    describe_repeats,
)
from napari_dip.viewer.layers.planes import Plane


def test_description_does_not_follow_the_layer():
    layer = Image(np.eye(20), name='before', scale=(2, 2))
    source = describe_image(layer, None)
    layer.name = 'after'
    layer.scale = (5, 5)
    assert source.name == 'before'
    np.testing.assert_array_equal(source.attributes['scale'], (2, 2))


def test_description_of_rgba():
    layer = Image(np.zeros((20, 30, 4), np.uint8), rgb=True)
    source = describe_image(layer, None)
    assert source.has_alpha
    assert source.shape == source.array().shape == (20, 30, 3)
    assert source.spatial_axes == (0, 1)
    assert source.positive_channel_axis == 2


@pytest.mark.parametrize('axis', [0, 1, 2])
def test_description_of_channels(axis):
    source = describe_image(Image(np.zeros((20, 21, 22))), axis)
    assert source.positive_channel_axis == axis
    assert axis not in source.spatial_axes


def test_mask_is_a_copy():
    labels = np.eye(20, dtype=int)
    mask = describe_mask(Labels(labels), None)
    labels[:] = 0
    assert mask.array().sum() == 20


def test_mask_of_one_label():
    labels = np.zeros((20, 20), int)
    labels[2], labels[4] = 1, 2
    assert describe_mask(Labels(labels), 2).array().sum() == 20
    assert describe_mask(Labels(labels), None).array().sum() == 40


def test_of_a_stack_the_plane_shown_is_described():
    viewer = ViewerModel()
    data = np.arange(3 * 4 * 20 * 21).reshape(3, 4, 20, 21)
    layer = viewer.add_image(data, scale=(5, 2, 1, 1), translate=(0, 7, 0, 0))
    viewer.dims.set_current_step((0, 1), (2, 3))
    source = describe_image(layer, None, viewer.dims)
    assert source.shape == (20, 21)
    np.testing.assert_array_equal(source.array(), data[2, 3])
    np.testing.assert_allclose(source.attributes['translate'], (10, 13, 0, 0))
    assert source.spatial_axes == (2, 3)


def test_channels_of_a_stack():
    viewer = ViewerModel()
    data = np.arange(3 * 4 * 20 * 21).reshape(3, 4, 20, 21)
    layer = viewer.add_image(data)
    viewer.dims.set_current_step(0, 2)
    source = describe_image(layer, 1, viewer.dims)
    np.testing.assert_array_equal(source.array(), data[2])
    assert source.channel_axis == 0
    assert source.spatial_axes == (2, 3)


def test_colours_of_a_stack():
    viewer = ViewerModel()
    data = np.random.default_rng(0).integers(0, 255, (3, 20, 21, 4), np.uint8)
    layer = viewer.add_image(data, rgb=True)
    viewer.dims.set_current_step(0, 1)
    source = describe_image(layer, None, viewer.dims)
    assert source.shape == (20, 21, 3)
    np.testing.assert_array_equal(source.pixels, data[1])


def test_what_is_fully_transparent_is_missing():
    rgba = np.full((20, 30, 4), 200, np.uint8)
    rgba[:5, :, 3] = 0
    rgba[5:9, :, 3] = 1
    array = describe_image(Image(rgba, rgb=True), None).array()
    assert np.ma.getmaskarray(array)[:5].all()
    assert not np.ma.getmaskarray(array)[5:].any()


def test_masked_pixels_stay_masked():
    data = np.ma.masked_greater(np.eye(20), 0.5)
    array = describe_image(Image(data), None).array()
    assert np.ma.getmaskarray(array).sum() == 20


@pytest.mark.parametrize(
    ('path', 'name'),
    [
        ('/home/somebody/secret project/cells.tif', 'cells.tif'),
        ('https://example.org/cells.zarr?key=secret', 'cells.zarr'),
        (None, None),
    ],
)
def test_the_folder_of_a_file_stays_private(path, name):
    layer = Image(np.eye(20))
    layer._source = layer.source.model_copy(update={'path': path})
    assert describe_image(layer, None).path == name


def repeats_of(shape, image_shape, step=0):
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros(image_shape))
    viewer.dims.set_current_step(0, step)
    source = describe_image(image, None, viewer.dims)
    return describe_repeats(Image(np.zeros(shape)), source)


@pytest.mark.parametrize(
    ('found', 'of', 'plane', 'shape'),
    [
        ((20, 20), (20, 20), (), (20, 20)),
        ((5, 20, 20), (20, 20), (), (5, 20, 20)),
        # A stack beside a stack: the same plane.
        ((7, 20, 20), (7, 20, 20), (3, None, None), (20, 20)),
        ((20, 20), (7, 20, 20), (), (20, 20)),
        ((2, 7, 20, 20), (7, 20, 20), (None, 3, None, None), (2, 20, 20)),
        # Axes of length one.
        ((1, 20, 20), (20, 20), (), (1, 20, 20)),
        ((5, 1, 20, 20), (20, 20), (None, 0, None, None), (5, 20, 20)),
    ],
)
def test_repeats_of_a_plane(found, of, plane, shape):
    source = repeats_of(found, of, step=3)
    taken = source.plane.take(np.arange(np.prod(found)).reshape(found))
    expected = Plane(plane).take(np.arange(np.prod(found)).reshape(found))
    np.testing.assert_array_equal(taken, expected)
    assert source.shape == shape

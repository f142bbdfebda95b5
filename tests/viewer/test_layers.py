from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from napari.layers import Image, Labels

from napari_dip.viewer.layers import (
    check_mask_covers,
    copy_attributes,
    describe_image,
    describe_mask,
    enlarge,
)

numbers = st.floats(-50, 50)
scales = st.floats(0.05, 20) | st.floats(-20, -0.05)
factors = st.integers(1, 8)


def outer_corners(layer):
    shape = np.array(layer.data.shape)
    signs = np.array(np.meshgrid(*[(0, 1)] * layer.ndim)).reshape(
        layer.ndim, -1
    )
    return np.array(
        [layer.data_to_world(sign * shape - 0.5) for sign in signs.T]
    )


@settings(deadline=None, max_examples=60)
@given(
    scale=st.tuples(scales, scales),
    translate=st.tuples(numbers, numbers),
    rotate=st.floats(-180, 180),
    shear=st.floats(-2, 2),
    affine=st.tuples(*[st.floats(-2, 2)] * 4),
    factor=st.tuples(factors, factors),
)
def test_an_enlarged_layer_covers_the_same_rectangle(
    scale, translate, rotate, shear, affine, factor
):
    matrix = np.eye(3)
    matrix[0, 1:], matrix[1, 2] = affine[:2], affine[2]
    source = Image(
        np.zeros((4, 5)),
        scale=scale,
        translate=translate,
        rotate=rotate,
        shear=[shear],
        affine=matrix,
    )
    attributes = enlarge(copy_attributes(source), factor)
    result = Image(np.zeros((4 * factor[0], 5 * factor[1])), **attributes)
    np.testing.assert_allclose(
        outer_corners(result), outer_corners(source), atol=1e-6, rtol=1e-6
    )


def test_an_enlarged_stack_keeps_its_channels_in_place():
    source = Image(np.zeros((3, 4, 5)), scale=(7, 2, 1), translate=(1, 2, 3))
    attributes = enlarge(copy_attributes(source), (1, 2, 4))
    result = Image(np.zeros((3, 8, 20)), **attributes)
    np.testing.assert_allclose(outer_corners(result), outer_corners(source))


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


@pytest.mark.parametrize(
    ('image', 'channel_axis', 'mask'),
    [
        (Image(np.zeros((4, 5))), None, (4, 5)),
        (Image(np.zeros((4, 5, 3)), rgb=True), None, (4, 5)),
        (Image(np.zeros((2, 4, 5))), 0, (4, 5)),
        (Image(np.zeros((2, 4, 5))), 0, (2, 4, 5)),
        (Image(np.zeros((4, 5, 2))), 2, (4, 5)),
        (Image(np.zeros((2, 4, 5)), scale=(9, 1, 1)), 0, (4, 5)),
    ],
)
def test_masks_that_cover(image, channel_axis, mask):
    check_mask_covers(image, Labels(np.zeros(mask, int)), channel_axis)


@pytest.mark.parametrize(
    ('image', 'channel_axis', 'mask'),
    [
        (Image(np.zeros((4, 5))), None, (5, 4)),
        (Image(np.zeros((2, 4, 5))), None, (4, 5)),
        (Image(np.zeros((2, 4, 5))), 0, (2, 4)),
        (Image(np.zeros((4, 5, 3)), rgb=True), None, (4, 5, 3)),
    ],
)
def test_masks_of_another_shape(image, channel_axis, mask):
    labels = Labels(np.zeros(mask, int), name='painted')
    with pytest.raises(ValueError, match=r'"painted" is .* but image layer'):
        check_mask_covers(image, labels, channel_axis)


def test_mask_under_the_same_transform_covers():
    transform = {
        'scale': (2, 3),
        'rotate': 30,
        'shear': [0.5],
        'translate': (1, 2),
    }
    image = Image(np.zeros((4, 5)), **transform)
    labels = Labels(np.zeros((4, 5), int), **transform)
    check_mask_covers(image, labels, None)
    labels.rotate = 31
    with pytest.raises(ValueError, match='transform'):
        check_mask_covers(image, labels, None)

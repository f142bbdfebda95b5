from __future__ import annotations

import numpy as np
import pytest
from napari.components import Dims
from napari.layers import Image, Labels

from napari_dip.viewer.layers.masks.covering import mask_plane
from napari_dip.viewer.layers.planes import WHOLE, Plane, shown_plane


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
    plane = shown_plane(image, channel_axis, Dims(ndim=image.ndim))
    mask_plane(image, Labels(np.zeros(mask, int)), channel_axis, plane)


@pytest.mark.parametrize(
    ('image', 'channel_axis', 'mask'),
    [
        (Image(np.zeros((4, 5))), None, (5, 4)),
        (Image(np.zeros((2, 4, 5))), 0, (2, 4)),
        (Image(np.zeros((4, 5, 3)), rgb=True), None, (4, 5, 3)),
    ],
)
def test_masks_of_another_shape(image, channel_axis, mask):
    labels = Labels(np.zeros(mask, int), name='painted')
    plane = shown_plane(image, channel_axis, Dims(ndim=image.ndim))
    with pytest.raises(ValueError, match=r'"painted" is .* but image layer'):
        mask_plane(image, labels, channel_axis, plane)


def test_mask_under_the_same_transform_covers():
    transform = {
        'scale': (2, 3),
        'rotate': 30,
        'shear': [0.5],
        'translate': (1, 2),
    }
    image = Image(np.zeros((4, 5)), **transform)
    labels = Labels(np.zeros((4, 5), int), **transform)
    mask_plane(image, labels, None, WHOLE)
    labels.rotate = 31
    with pytest.raises(ValueError, match='transform'):
        mask_plane(image, labels, None, WHOLE)


@pytest.mark.parametrize(
    ('shape', 'index'),
    [
        ((3, 7, 4, 5), (2, 6, None, None)),
        ((7, 4, 5), (6, None, None)),
        ((4, 5), (None, None)),
    ],
)
def test_of_a_stack_of_masks_the_same_plane_is_taken(shape, index):
    image = Image(np.zeros((3, 7, 4, 5)), scale=(2, 3, 1, 1))
    labels = Labels(np.zeros(shape, int), scale=(2, 3, 1, 1)[-len(shape) :])
    plane = Plane((2, 6, None, None))
    assert mask_plane(image, labels, None, plane) == Plane(index)


def test_masks_of_a_stack_with_channels():
    image = Image(np.zeros((3, 2, 4, 5)))
    plane = Plane((1, None, None, None))
    for shape, index in [
        ((3, 2, 4, 5), (1, None, None, None)),
        ((3, 4, 5), (1, None, None)),
        ((2, 4, 5), (None, None, None)),
        ((4, 5), (None, None)),
    ]:
        labels = Labels(np.zeros(shape, int))
        assert mask_plane(image, labels, 1, plane) == Plane(index)


def test_a_stack_of_masks_at_another_place_does_not_cover():
    image = Image(np.zeros((7, 4, 5)), scale=(3, 1, 1))
    labels = Labels(np.zeros((7, 4, 5), int), scale=(2, 1, 1))
    with pytest.raises(ValueError, match='another scale'):
        mask_plane(image, labels, None, Plane((4, None, None)))

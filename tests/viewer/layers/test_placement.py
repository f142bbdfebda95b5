from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from napari.layers import Image

from napari_dip.viewer.layers.placement import (
    copy_attributes,
    enlarge,
    is_automatic,
    move_to,
    tell_place,
)
from napari_dip.viewer.layers.planes import WHOLE, Plane

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


@settings(deadline=None, max_examples=60)
@given(
    scale=st.tuples(scales, scales, scales),
    translate=st.tuples(numbers, numbers, numbers),
    shear=st.tuples(*[st.floats(-2, 2)] * 3),
    plane=st.integers(0, 4),
)
def test_a_plane_lies_where_it_lies_in_its_stack(
    scale, translate, shear, plane
):
    stack = Image(
        np.zeros((5, 4, 6)),
        scale=scale,
        translate=translate,
        rotate=(20, 30, 40),
        shear=shear,
    )
    attributes = move_to(copy_attributes(stack), Plane((plane, None, None)))
    result = Image(np.zeros((1, 4, 6)), **attributes)
    for pixel in [(0, 0), (3, 5)]:
        np.testing.assert_allclose(
            result.data_to_world((0, *pixel)),
            stack.data_to_world((plane, *pixel)),
            atol=1e-6,
            rtol=1e-6,
        )


def test_the_place_survives_json():
    layer = Image(
        np.zeros((3, 4, 5)),
        scale=(7, 2, 1),
        translate=(1, 2, 3),
        rotate=(10, 20, 30),
        shear=(0.1, 0.2, 0.3),
        affine=np.diag([2.0, 1, 1, 1]),
        units=('s', 'um', 'um'),
        axis_labels=('t', 'y', 'x'),
    )
    told = json.loads(json.dumps(tell_place(copy_attributes(layer))))
    again = Image(np.zeros((3, 4, 5)), **told)
    np.testing.assert_allclose(outer_corners(again), outer_corners(layer))
    assert again.units == layer.units
    assert again.axis_labels == layer.axis_labels


def test_what_changes_nothing_is_not_told():
    told = tell_place(copy_attributes(Image(np.zeros((4, 5)))))
    assert told.keys() == {'scale', 'translate', 'units', 'axis_labels'}


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize('shape', [(8, 9), (3, 8, 9)])
def test_limits_of_napari_are_automatic(dtype, shape):
    data = np.random.default_rng(0).uniform(20, 200, shape).astype(dtype)
    layer = Image(data)
    assert is_automatic(layer.contrast_limits, data, WHOLE)
    layer.contrast_limits = (30, 90)
    assert not is_automatic(layer.contrast_limits, data, WHOLE)

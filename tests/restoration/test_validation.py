from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.restoration.validation import (
    check_axes,
    check_choice,
    check_factor,
    check_image,
    check_limits,
    check_mask,
    check_repeats,
    plane_shape,
)

GREY = np.arange(20 * 30.0).reshape(20, 30)
RGB = np.stack([GREY] * 3, axis=-1)


def with_holes(value: float) -> np.ndarray:
    image = GREY.copy()
    image[:, :] = value
    return image


@pytest.mark.parametrize(
    ('image', 'axis', 'expected'),
    [
        (GREY, None, None),
        (RGB, None, 2),
        (np.dstack([GREY] * 4), None, 2),
        (RGB, -1, 2),
        (np.moveaxis(RGB, 2, 0), 0, 0),
        (np.moveaxis(RGB, 2, 1), 1, 1),
        (np.stack([GREY] * 7), -3, 0),
        (np.stack([GREY] * 7), np.int64(0), 0),
    ],
)
def test_the_channel_axis_is_settled(image, axis, expected):
    array, found = check_image(image, axis)
    assert array is image
    assert found == expected
    assert found is None or type(found) is int


@pytest.mark.parametrize(
    ('image', 'error', 'says', 'remedy'),
    [
        (np.zeros((0, 30)), ValueError, 'empty', 'choose one that has pixels'),
        (np.ones((1, 1)), ValueError, '1 × 1 pixels', 'at least 16 × 16'),
        (np.eye(15), ValueError, '15 × 15 pixels', 'at least 16 × 16'),
        (np.full((20, 20), 7), ValueError, 'value 7', 'contrast'),
        (np.ones((20, 20), bool), ValueError, 'value True', 'contrast'),
        (with_holes(np.nan), ValueError, 'no pixel is a finite', 'with data'),
        (with_holes(np.inf), ValueError, 'no pixel is a finite', 'with data'),
        (GREY + 0j, TypeError, 'complex128', 'abs()'),
        (GREY.astype(object), TypeError, 'object', 'convert'),
        (np.full((20, 20), 'a'), TypeError, '<U1', 'convert'),
        (GREY.astype('M8[s]'), TypeError, 'datetime', 'convert'),
        (7.0, ValueError, '0 axes are too few', '2-D image'),
        (np.arange(99), ValueError, '1 axes are too few', '2-D image'),
        (np.stack([GREY] * 5), ValueError, 'stack', 'channel_axis'),
        (np.stack([RGB] * 2), ValueError, 'stack', 'one 2-D plane'),
    ],
)
def test_an_image_that_will_not_do(image, error, says, remedy):
    with pytest.raises(error) as caught:
        check_image(image, None)
    message = str(caught.value)
    assert message.startswith('image: ')
    assert says in message
    assert remedy in message


def test_a_constant_among_missing_pixels_is_constant():
    image = with_holes(np.nan)
    image[3:9] = 4.0
    with pytest.raises(ValueError, match=r'all pixels have the value 4.0'):
        check_image(image, None)
    image[3, 3] = 5.0
    check_image(image, None)


def test_the_name_is_the_one_that_the_user_knows():
    with pytest.raises(ValueError, match='layer "cells": '):
        check_image(np.zeros((0, 0)), None, 'layer "cells"')


@pytest.mark.parametrize(
    ('image', 'axis', 'error', 'says', 'remedy'),
    [
        (RGB, 3, ValueError, '3 is not an axis', 'from 0 to 2'),
        (RGB, -4, ValueError, '-4 is not an axis', 'from 0 to 2'),
        (GREY, 0, ValueError, '2-D and has no channels', 'at None'),
        (GREY, 5, ValueError, '2-D and has no channels', 'at None'),
        (RGB, 1.5, TypeError, '1.5 is not an integer', 'or None'),
        (RGB, 'c', TypeError, "'c' is not an integer", 'or None'),
        (RGB, True, TypeError, 'True is not an integer', 'or None'),
    ],
)
def test_a_channel_axis_that_will_not_do(image, axis, error, says, remedy):
    with pytest.raises(error) as caught:
        check_image(image, axis)
    message = str(caught.value)
    assert message.startswith('channel_axis: ')
    assert says in message
    assert remedy in message


def test_a_stack_is_called_one_whatever_axis_is_given():
    with pytest.raises(ValueError, match='stack'):
        check_axes((4, 20, 20, 3), 0)


def test_the_channels_may_be_few_pixels_but_not_the_plane():
    check_image(np.stack([GREY] * 2), 0)
    with pytest.raises(ValueError, match='30 × 3 pixels'):
        check_image(RGB, 0)


def test_plane_shape_leaves_the_channels_out():
    assert plane_shape((5, 6), None) == (5, 6)
    assert plane_shape((3, 5, 6), 0) == (5, 6)
    assert plane_shape((5, 3, 6), 1) == (5, 6)


def hole(shape, dtype=bool) -> np.ndarray:
    mask = np.zeros(shape, dtype)
    mask[2:5, 3:7] = 1
    return mask


@pytest.mark.parametrize('dtype', [bool, np.uint8, np.int32, float])
def test_a_mask_is_what_is_not_zero(dtype):
    mask = 3 * hole((20, 30), dtype) if dtype is not bool else hole((20, 30))
    missing = check_mask(mask, GREY, None)
    assert missing.dtype == bool
    np.testing.assert_array_equal(missing, hole((20, 30)))


@pytest.mark.parametrize('axis', [0, 1, 2])
def test_a_mask_of_a_plane_holds_for_all_channels(axis):
    image = np.moveaxis(RGB, 2, axis)
    missing = check_mask(hole((20, 30)), image, axis)
    assert missing.shape == image.shape
    for channel in np.moveaxis(missing, axis, 0):
        np.testing.assert_array_equal(channel, hole((20, 30)))


def test_a_mask_may_differ_from_channel_to_channel():
    mask = np.zeros(RGB.shape, bool)
    mask[:4, :, 1] = True
    np.testing.assert_array_equal(check_mask(mask, RGB, 2), mask)


@pytest.mark.parametrize(
    ('mask', 'error', 'says', 'remedy'),
    [
        (hole((30, 20)), ValueError, '(30, 20)', 'one entry a pixel'),
        (hole((20, 30, 2)), ValueError, '(20, 30, 2)', 'one entry a pixel'),
        (True, ValueError, '()', 'one entry a pixel'),
        (np.zeros((20, 30)), ValueError, 'no pixel is marked', 'paint'),
        (np.ones((20, 30)), ValueError, 'all pixels are marked', 'keep'),
        (GREY + 1j, TypeError, 'complex128', 'booleans or labels'),
        (GREY.astype(object), TypeError, 'object', 'booleans or labels'),
    ],
)
def test_a_mask_that_will_not_do(mask, error, says, remedy):
    with pytest.raises(error) as caught:
        check_mask(mask, GREY, None)
    message = str(caught.value)
    assert message.startswith('mask: ')
    assert says in message
    assert remedy in message


@pytest.mark.parametrize(
    ('factor', 'expected'),
    [
        (2, (2, 2)),
        (8, (8, 8)),
        ((2, 4), (2, 4)),
        ([1, 3], (1, 3)),
        (np.int64(3), (3, 3)),
        (4.0, (4, 4)),
        ((np.uint8(2), 2), (2, 2)),
    ],
)
def test_a_factor_for_each_axis(factor, expected):
    found = check_factor(factor)
    assert found == expected
    assert {type(f) for f in found} == {int}


@pytest.mark.parametrize(
    ('factor', 'error'),
    [
        (0, ValueError),
        (-2, ValueError),
        (1, ValueError),
        ((1, 1), ValueError),
        ((2, 0), ValueError),
        (9, ValueError),
        ((2, 16), ValueError),
        (0.5, TypeError),
        (2.5, TypeError),
        (math.nan, TypeError),
        (math.inf, TypeError),
        ((2, 2, 2), TypeError),
        ((2,), TypeError),
        ((), TypeError),
        ('2', TypeError),
        (None, TypeError),
        (True, TypeError),
        (np.array([2, 2]), TypeError),
        (2 + 0j, TypeError),
    ],
)
def test_a_factor_that_will_not_do(factor, error):
    with pytest.raises(error, match=r'^factor: .*give .*2') as caught:
        check_factor(factor)
    assert ';' in str(caught.value)


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none()))
def test_any_factor_is_taken_or_refused_in_words(factor):
    words = ''
    try:
        rows, columns = check_factor(factor)
    except (ValueError, TypeError) as error:
        words = str(error)
    assert words.startswith('factor: ') or 1 <= rows == columns <= 8


def test_a_choice_is_one_of_those_named():
    check_choice('a', ('a', 'b'), 'preset')
    with pytest.raises(ValueError, match=r"preset: 'c' .*one of 'a', 'b'"):
        check_choice('c', ('a', 'b'), 'preset')


@pytest.mark.parametrize('seed', [0, 5, np.uint8(3), 2**64 - 1, 4.0])
@pytest.mark.parametrize('most', [None, 1, np.int32(9)])
@pytest.mark.parametrize('seconds', [None, 0.1, 5, np.float32(2)])
def test_limits_that_will_do(seed, most, seconds):
    check_limits(seed, most, seconds)


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('seed', -1),
        ('seed', 1.5),
        ('seed', None),
        ('seed', 2**64),
        ('seed', 'x'),
        ('seed', math.nan),
        ('max_num_iter', 0),
        ('max_num_iter', -3),
        ('max_num_iter', 2.5),
        ('max_num_iter', math.inf),
        ('max_num_iter', True),
        ('max_num_iter', '5'),
        ('time_limit', 0),
        ('time_limit', -1.0),
        ('time_limit', math.nan),
        ('time_limit', math.inf),
        ('time_limit', True),
        ('time_limit', '5'),
    ],
)
def test_limits_that_will_not_do(name, value):
    limits = {'seed': 0, 'max_num_iter': None, 'time_limit': None, name: value}
    with pytest.raises(ValueError, match=rf'^{name}: .*; give ') as caught:
        check_limits(**limits)
    assert repr(value) in str(caught.value)


OTHER = GREY[::-1]


@pytest.mark.parametrize(
    ('repeats', 'count'),
    [(OTHER, 1), ([OTHER], 1), (np.stack([OTHER, 2 * GREY]), 2)],
)
def test_repeats_have_one_axis_more(repeats, count):
    assert check_repeats(repeats, GREY).shape == (count, *GREY.shape)


@pytest.mark.parametrize(
    ('repeats', 'error', 'says', 'remedy'),
    [
        (GREY + 0j, TypeError, 'complex128', 'as in the image'),
        (GREY.T, ValueError, r'\(30, 20\)', 'one or more copies'),
        (np.empty((0, 20, 30)), ValueError, r'\(0, 20', 'one or more copies'),
        ([OTHER, with_holes(np.nan)], ValueError, 'copy 2', 'leave'),
        (with_holes(3), ValueError, 'value 3', 'leave it out'),
        (GREY, ValueError, 'copy 1 is equal', 'leave it out'),
        ([OTHER, OTHER], ValueError, 'copy 2 is equal', 'leave it out'),
    ],
)
def test_repeats_that_are_of_no_use(repeats, error, says, remedy):
    with pytest.raises(error, match=says) as caught:
        check_repeats(repeats, GREY)
    assert str(caught.value).startswith('repeats: ')
    assert remedy in str(caught.value)

from __future__ import annotations

import numpy as np
import pytest

from napari_dip.images.acquired import acquire

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
        (np.dstack([GREY + 1] * 4), None, 2),
        (RGB, -1, 2),
        (np.moveaxis(RGB, 2, 0), 0, 0),
        (np.moveaxis(RGB, 2, 1), 1, 1),
        (np.stack([GREY] * 7), -3, 0),
        (np.stack([GREY] * 7), np.int64(0), 0),
    ],
)
def test_the_channel_axis_is_settled(image, axis, expected):
    acquired = acquire(image, axis)
    found = acquired.axes.channel_axis
    assert np.shares_memory(acquired.planes, image)
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
        (np.dstack([GREY, GREY]), ValueError, 'stack', 'channel_axis'),
    ],
)
def test_an_image_that_will_not_do(image, error, says, remedy):
    with pytest.raises(error) as caught:
        acquire(image, None)
    message = str(caught.value)
    assert message.startswith('image: ')
    assert says in message
    assert remedy in message


def test_a_constant_among_missing_pixels_is_constant():
    image = with_holes(np.nan)
    image[3:9] = 4.0
    with pytest.raises(ValueError, match=r'all pixels have the value 4.0'):
        acquire(image, None)
    image[3, 3] = 5.0
    acquire(image, None)


def test_the_name_is_the_one_that_the_user_knows():
    with pytest.raises(ValueError, match='layer "cells": '):
        acquire(np.zeros((0, 0)), None, 'layer "cells"')


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
        acquire(image, axis)
    message = str(caught.value)
    assert message.startswith('channel_axis: ')
    assert says in message
    assert remedy in message


def test_the_channels_may_be_few_pixels_but_not_the_plane():
    acquire(np.stack([GREY] * 2), 0)
    with pytest.raises(ValueError, match='30 × 3 pixels'):
        acquire(RGB, 0)


def test_an_image_that_was_checked_is_not_checked_again():
    acquired = acquire(GREY, None, 'layer "cells"')
    assert acquire(acquired) is acquired


def with_gaps() -> np.ma.MaskedArray:
    image = np.ma.array(GREY.astype(np.uint16), mask=False)
    image[2:4, 5:10] = np.ma.masked
    return image


def test_what_is_masked_is_missing():
    acquired = acquire(with_gaps())
    assert np.isnan(acquired.planes[0, 2:4, 5:10]).all()
    assert np.isfinite(acquired.planes).sum() == 590
    assert acquired.notes == ('10 pixels that are masked were filled in.',)


def test_a_mask_that_masks_nothing_changes_nothing():
    counts = GREY.astype(np.uint16)
    acquired = acquire(np.ma.array(counts))
    assert acquired.planes.dtype == np.uint16
    assert np.shares_memory(acquired.planes, counts)
    assert acquired.notes == ()


@pytest.mark.parametrize(
    ('count', 'says'),
    [
        (1, '1 pixel that is not a finite number was filled in.'),
        (12, '12 pixels that are not finite numbers were filled in.'),
    ],
)
def test_pixels_that_are_not_finite_are_counted(count, says):
    image = RGB.copy()
    image[3, :count, 1] = np.nan
    image[3, 0, 2] = np.inf
    assert acquire(image).notes == (says,)


@pytest.mark.parametrize('dtype', [bool, np.uint8, np.int16, np.int64, float])
def test_missing_pixels_leave_the_others_their_values(dtype):
    image = np.ma.array((GREY % 128).astype(dtype), mask=GREY < 40)
    [plane] = acquire(image).planes
    np.testing.assert_array_equal(plane[GREY >= 40], image.compressed())


def test_opacity_is_split_off_and_comes_back():
    alpha = np.full(GREY.shape, 200, np.uint8)
    alpha[:2], alpha[5, 5] = 0, 7
    acquired = acquire(np.dstack([RGB.astype(np.uint8), alpha]))
    assert acquired.planes.shape == (3, 20, 30)
    assert np.isnan(acquired.planes[:, :2]).all()
    says = '60 pixels that are fully transparent were filled in.'
    assert acquired.notes == (says,)
    back = acquired.to_user(np.zeros((3, 20, 30), np.float32))
    np.testing.assert_array_equal(back[..., 3], alpha)
    assert (back[..., :3] == 0).all()
    assert back.dtype == np.float32
    larger = acquired.to_user(np.zeros((3, 40, 90), np.float32))
    expected = alpha.repeat(2, 0).repeat(3, 1)
    np.testing.assert_array_equal(larger[..., 3], expected)
    doubt = acquired.uncertainty_to_user(np.ones((3, 20, 30), np.float32))
    assert (doubt[..., 3] == 0).all()


def test_four_channels_that_are_named_are_channels():
    acquired = acquire(np.dstack([RGB, GREY]), 2)
    assert acquired.planes.shape[0] == 4
    assert acquired.alpha is None


def test_an_image_of_which_nothing_can_be_seen():
    image = np.dstack([RGB, np.zeros(GREY.shape)])
    with pytest.raises(ValueError, match='neither masked nor transparent'):
        acquire(image)


def test_a_channel_without_data_is_named():
    image = RGB.copy()
    image[..., 1] = np.nan
    with pytest.raises(ValueError, match=r'of channel 1 is a finite number;'):
        acquire(image)

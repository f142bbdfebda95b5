from __future__ import annotations

import numpy as np
import pytest

from napari_dip.images.acquired import acquire
from napari_dip.images.masks import describe_mask, read_mask

GREY = np.arange(20 * 30.0).reshape(20, 30)
RGB = np.stack([GREY] * 3, axis=-1)


def hole(shape, dtype=bool) -> np.ndarray:
    mask = np.zeros(shape, dtype)
    mask[2:5, 3:7] = 1
    return mask


@pytest.mark.parametrize('dtype', [bool, np.uint8, np.int32, float])
def test_a_mask_is_what_is_not_zero(dtype):
    mask = 3 * hole((20, 30), dtype) if dtype is not bool else hole((20, 30))
    missing = read_mask(mask, acquire(GREY))[0]
    assert missing.dtype == bool
    np.testing.assert_array_equal(missing, hole((20, 30)))


@pytest.mark.parametrize('axis', [0, 1, 2])
def test_a_mask_of_a_plane_holds_for_all_channels(axis):
    image = np.moveaxis(RGB, 2, axis)
    missing = read_mask(hole((20, 30)), acquire(image, axis))
    assert missing.shape == (3, 20, 30)
    for channel in missing:
        np.testing.assert_array_equal(channel, hole((20, 30)))


def test_a_mask_may_differ_from_channel_to_channel():
    mask = np.zeros(RGB.shape, bool)
    mask[:4, :, 1] = True
    missing = read_mask(mask, acquire(RGB))
    np.testing.assert_array_equal(missing, np.moveaxis(mask, 2, 0))


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
        read_mask(mask, acquire(GREY))
    message = str(caught.value)
    assert message.startswith('mask: ')
    assert says in message
    assert remedy in message


@pytest.mark.parametrize('shape', [(20, 30), (1, 20, 30), (20, 1, 30, 1)])
@pytest.mark.parametrize('image', [GREY, GREY[None], RGB, RGB[None, :, None]])
def test_axes_of_length_one_make_no_difference(image, shape):
    mask = hole((20, 30)).reshape(shape)
    missing = read_mask(mask, acquire(image))
    for channel in missing:
        np.testing.assert_array_equal(channel, hole((20, 30)))


@pytest.mark.parametrize('channels', [3, 4])
def test_a_mask_of_every_channel_may_leave_out_the_opacity(channels):
    image = np.dstack([RGB, GREY + 1])
    mask = np.zeros((20, 30, channels), bool)
    mask[:4, :, 1] = True
    missing = read_mask(mask, acquire(image))
    assert missing.shape == (3, 20, 30)
    assert missing.sum() == 120
    assert missing[1, :4].all()


def test_what_is_masked_in_a_mask_is_missing_too():
    mask = np.ma.array(hole((20, 30)), mask=hole((20, 30))[::-1])
    missing = read_mask(mask, acquire(GREY))
    np.testing.assert_array_equal(missing[0], mask.data | mask.mask)


@pytest.mark.parametrize(
    ('count', 'says'),
    [
        (1, 'The mask fills 1 of 4,096 pixels (less than 1 %).'),
        (2048, 'The mask fills 2,048 of 4,096 pixels (50 %).'),
        (3864, 'The mask fills 3,864 of 4,096 pixels (94 %). That is most'),
        (24, 'The mask fills 24 of 4,096 pixels (less than 1 %).'),
        (4095, 'The mask fills 4,095 of 4,096 pixels (more than 99 %). That'),
    ],
)
def test_how_much_is_filled_is_said(count, says):
    missing = np.arange(4096).reshape(1, 64, 64) < count
    sentence = describe_mask(missing)
    assert sentence.startswith(says)
    assert ('invert it' in sentence) == (count > 2048)

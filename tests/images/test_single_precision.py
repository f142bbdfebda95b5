from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from napari_dip.images.single_precision import check_precision

NOISE = np.random.default_rng(0).normal(0, 1, (1, 64, 64))
WAVES = 200 * np.sin(np.arange(64) / 9) * np.ones((1, 64, 1))


@pytest.mark.parametrize(
    ('planes', 'says'),
    [
        (1e298 * NOISE, 'too large for float32'),
        (1e306 * np.sign(NOISE), 'divide the image by'),
        (3.4e38 * np.sign(NOISE), 'values of 3.4e+38'),
        ((3.4e38 * np.sign(NOISE)).astype(np.float32), 'too large'),
        (1e9 + WAVES + NOISE, 'subtract 1e+09 first'),
        (1e15 + 1e3 * WAVES, 'subtract 1e+15 first'),
        (1e-300 * (WAVES + 300), 'divide them by'),
        (
            np.uint64(2**63) + (WAVES * NOISE + 900).astype(np.uint64),
            'subtract 9.22',
        ),
        (
            np.int64(-(2**62)) + WAVES.astype(np.int64) + (NOISE > 0),
            'subtract -4.61',
        ),
    ],
)
def test_what_float32_cannot_show_is_refused(planes, says):
    with pytest.raises(ValueError, match=r'^image: ') as caught:
        check_precision(planes, 'image')
    assert says in str(caught.value)


@pytest.mark.parametrize(
    'planes',
    [
        NOISE > 0,
        NOISE,
        1e30 * NOISE,
        1e-30 * NOISE,
        WAVES + 0 * NOISE,
        (100 * NOISE + 1000).astype(np.uint16),
        (100 * NOISE + 1000).astype(np.uint32),
        (1e9 + WAVES + NOISE).astype(np.float32),
        np.float16(10) * NOISE.astype(np.float16),
        np.where(NOISE > 3, np.inf, NOISE),
    ],
)
def test_what_float32_can_show_is_taken_without_a_word(planes):
    assert check_precision(planes, 'image') == []


def test_dead_pixels_do_not_hide_an_offset():
    planes = 1e9 + WAVES + NOISE
    planes[0, 3, 4] = 0
    with pytest.raises(ValueError, match='differ by'):
        check_precision(planes, 'image')


def test_a_hot_pixel_is_not_what_the_image_lies_about():
    planes = 100 + 10 * NOISE
    planes[0, 3, 4] = 1e30
    assert check_precision(planes, 'image') == []


def test_a_word_on_steps_that_are_coarser_than_the_noise():
    planes = 1e9 + 1000 * WAVES + 20 * NOISE
    [note] = check_precision(planes, 'image')
    assert note.startswith('The result is float32, whose steps of 64 at 1e+09')
    assert check_precision(planes + 180 * NOISE, 'image') == []


@given(st.floats(-1e37, 1e37), st.floats(1e-30, 1e37))
def test_what_is_taken_has_256_steps(offset, contrast):
    planes = offset + contrast / 400 * WAVES
    assume(np.ptp(planes) > 0)
    try:
        check_precision(planes, 'image')
    except ValueError:
        taken = False
    else:
        taken = True
    steps = np.ptp(planes) / np.spacing(np.float32(abs(np.median(planes))))
    assert taken == (steps >= 256)

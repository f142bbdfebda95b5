from __future__ import annotations

import dask.array
import numpy as np
import pandas as pd
import pytest
import torch
import xarray
from hypothesis import assume, given
from hypothesis import strategies as st

from napari_dip.images.validity import check_precision, read_values

NOISE = np.random.default_rng(0).normal(0, 1, (1, 64, 64))
WAVES = 200 * np.sin(np.arange(64) / 9) * np.ones((1, 64, 1))
GREY = np.arange(6.0).reshape(2, 3)


class Labelled:
    """What xarray, h5py and netCDF4 have in common."""

    def __init__(self, values, **attrs):
        self.values = np.asarray(values)
        self.attrs = attrs

    def __array__(self, dtype=None, copy=None):
        return self.values.astype(dtype or self.values.dtype)


def invalid(source) -> np.ndarray:
    values, masks = read_values(source, 'image')
    assert type(values) is np.ndarray
    found = np.zeros(values.shape, bool)
    for mask, _ in masks:
        found |= mask
    if values.dtype.kind == 'f':
        found |= np.isnan(values)
    return found


MASKED = np.ma.masked_greater(GREY, 3)


@pytest.mark.parametrize(
    'source',
    [
        MASKED,
        list(MASKED),
        dask.array.from_array(GREY, chunks=2).map_blocks(
            np.ma.masked_greater, 3
        ),
        pd.DataFrame(np.where(GREY > 3, np.nan, GREY)),
        pd.DataFrame(np.where(GREY > 3, np.nan, GREY)).astype('Int64'),
        pd.DataFrame(np.where(GREY > 3, np.nan, GREY)).astype('Float32'),
        Labelled(np.where(GREY > 3, -9999, GREY), _FillValue=-9999.0),
        Labelled(np.where(GREY > 3, 77, GREY), missing_value=[77, 99]),
        Labelled(np.where(GREY > 3, np.nan, GREY), _FillValue=np.nan),
        Labelled(
            np.where(GREY > 3, 9.96921e36, GREY).astype(np.float32),
            _FillValue=np.float32(9.96921e36),
        ),
    ],
)
def test_what_an_array_calls_invalid_is_found(source):
    np.testing.assert_array_equal(invalid(source), GREY > 3)


@pytest.mark.parametrize(
    'source',
    [
        GREY,
        GREY.tolist(),
        np.ma.array(GREY),
        dask.array.from_array(GREY),
        pd.DataFrame(GREY),
        pd.DataFrame(GREY).astype('Int64'),
        torch.tensor(GREY),
        Labelled(GREY),
        Labelled(GREY, units='counts', _FillValue='AAAA'),
    ],
)
def test_arrays_in_which_all_is_valid(source):
    values, _ = read_values(source, 'image')
    np.testing.assert_array_equal(values, GREY)
    assert not invalid(source).any()


def test_a_plain_array_is_not_copied():
    assert read_values(GREY, 'image')[0] is GREY


@pytest.mark.parametrize(
    'source',
    [
        [[1, 2], [3]],
        torch.ones(2, 3, requires_grad=True),
        pd.DataFrame({'a': ['x', None], 'b': [1, 2]}),
    ],
)
def test_what_is_no_array_gets_a_sentence(source):
    with pytest.raises((TypeError, ValueError), match=r'^image: .*; give'):
        read_values(source, 'image')


def test_a_fill_value_of_xarray_is_missing():
    values = np.where(GREY > 3, -9999, GREY)
    told = xarray.DataArray(values, attrs={'_FillValue': -9999.0})
    decoded = xarray.decode_cf(told.to_dataset(name='grey')).grey
    for source in (told, decoded):
        np.testing.assert_array_equal(invalid(source), GREY > 3)


def test_what_a_fill_value_was_replaced_by_is_missing():
    """As xarray opens a file: the fill value is told in the encoding."""
    decoded = Labelled(np.where(GREY > 3, np.nan, GREY))
    decoded.encoding = {'_FillValue': 2.0}
    np.testing.assert_array_equal(invalid(decoded), GREY > 3)


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

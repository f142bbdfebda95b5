from __future__ import annotations

import dask.array
import numpy as np
import pandas as pd
import pytest
import torch

from napari_dip.images.validity import read_values

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
    xarray = pytest.importorskip('xarray')
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

"""Arrays of any library, and which of their values are valid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

# Attributes of the CF conventions, as netCDF files, xarray and GDAL have them.
_FILL_VALUES = ('_FillValue', 'missing_value')


def read_values(
    source: object, name: str
) -> tuple[NDArray[Any], list[tuple[Mask, str]]]:
    """Read an array-like and what it says of its own validity.

    Parameters
    ----------
    source : array_like
        Of NumPy, masked or not, dask, pandas, xarray, nested lists and more.
    name : str
        What to call it in a message.

    Returns
    -------
    values : ndarray
        Plain; never a copy of an array that was plain.
    invalid : list of (ndarray of bool, str)
        Where the values mean nothing, and how that was said, in words. NaN is
        left to the reader.

    Raises
    ------
    TypeError, ValueError
        If it cannot be read as an array.
    """
    if type(source) is np.ndarray:
        return source, []
    computed = _compute(source)
    array = _as_array(computed, name)
    invalid = []
    if isinstance(array, np.ma.MaskedArray):
        invalid.append((np.ma.getmaskarray(array), 'masked'))
        array = array.data
    values = np.asarray(array)
    for fill in _fill_values(computed):
        if values.dtype.kind in 'biuf':
            invalid.append((values == fill, f'at the fill value {fill:g}'))
    return values, invalid


def _compute(source: Any) -> Any:
    # What dask puts into an array of its own loses its mask.
    is_lazy = getattr(source, '__dask_graph__', None) is not None
    return source.compute() if is_lazy else source


def _as_array(source: Any, name: str) -> Any:
    try:
        if isinstance(source, (list, tuple)):
            # Of masked arrays it keeps their masks.
            masked = any(isinstance(x, np.ma.MaskedArray) for x in source)
            return np.ma.array(source) if masked else np.asarray(source)
        array = np.asanyarray(source)
        if array.dtype == object and hasattr(source, 'isna'):
            # Columns of pandas that know missing values of any type.
            return np.asarray(source.to_numpy(float, na_value=np.nan))
    except (TypeError, ValueError, RuntimeError) as error:
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(
            f'{name}: it cannot be read as an array of numbers '
            f'({str(error).splitlines()[0]}); give a NumPy array, or lists '
            'of one length.'
        ) from error
    return array


def _fill_values(source: Any) -> Iterator[float]:
    attributes: Any = getattr(source, 'attrs', None)
    if not hasattr(attributes, 'get'):
        return
    found = [attributes.get(name) for name in _FILL_VALUES]
    for value in np.unique([x for f in found for x in _numbers(f)]):
        yield float(value)


def _numbers(value: object) -> list[float]:
    try:
        numbers = np.asarray(value, float).ravel()
    except (TypeError, ValueError):
        return []
    return [x for x in numbers.tolist() if np.isfinite(x)]

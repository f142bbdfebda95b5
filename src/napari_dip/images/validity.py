"""Which values of an array are valid, and whether float32 can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.noise.intensity import BULK
from napari_dip.noise.variance import estimate_variance

Mask = NDArray[np.bool_]

# Attributes of the CF conventions, as netCDF files, xarray and GDAL have them.
_FILL_VALUES = ('_FillValue', 'missing_value')
_LARGEST = float(np.finfo(np.float32).max)
# A result may leave the range of its data by as much as that is wide.
_ROOM = 3
#: So many pixels tell quantiles.
ENOUGH = 2**20


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


def check_precision(planes: NDArray[Any], name: str) -> list[str]:
    """Check that a result in float32 can show what an image shows.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        Intensities; those that are not finite are left out.
    name : str
        What to call the image in a message.

    Returns
    -------
    list of str
        Where float32 is coarser than the noise, a sentence on it.

    Raises
    ------
    ValueError
        If the values are out of its range, or differ by too little of it.
    """
    largest = _largest(planes)
    if largest * _ROOM > _LARGEST:
        raise ValueError(
            f'{name}: values of {largest:.3g} are too large for float32, the '
            f'type of the result, which ends at {_LARGEST:.3g}; divide the '
            'image by its largest value first.'
        )
    if np.can_cast(planes.dtype, np.float32):
        return []
    coarse = [_coarser_than_noise(plane, name) for plane in planes]
    return [note for note in coarse[:1] if note]


def _largest(planes: NDArray[Any]) -> float:
    if planes.dtype.kind != 'f':
        return max(abs(float(planes.min())), abs(float(planes.max())))
    known = np.isfinite(planes)
    least = float(planes.min(where=known, initial=0))
    return max(-least, float(planes.max(where=known, initial=0)))


def _coarser_than_noise(plane: NDArray[Any], name: str) -> str:
    some = plane.ravel()[:: 1 + plane.size // ENOUGH].astype(float)
    some = some[np.isfinite(some)]
    if not some.size:
        some = plane[np.isfinite(plane)].astype(float)
    levels = BULK[0], 0.5, BULK[1]
    low, middle, high = (float(x) for x in np.quantile(some, levels))
    contrast = high - low or _contrast(plane)
    step = float(np.spacing(np.float32(abs(middle))))
    # As fine as in 16 bits, whatever the noise.
    if contrast == 0 or contrast >= 2**16 * step:
        return ''
    # Coarser than in 8 bits.
    if contrast < 2**8 * step:
        raise ValueError(
            f'{name}: its values lie about {middle:.4g} and differ by '
            f'{contrast:.3g}, but the result is float32, whose steps are '
            f'{step:.3g} there; {_remedy(middle, contrast)}.'
        )
    # About 0: a measurement takes the steps of float32 for no noise.
    noise = estimate_variance(plane.astype(float) - middle)
    deviation = float(noise.variance(0)) ** 0.5
    if not 0 < deviation < step:
        return ''
    return (
        f'The result is float32, whose steps of {step:.3g} at {middle:.4g} '
        f'are coarser than the noise ({deviation:.3g}).'
    )


def _contrast(plane: NDArray[Any]) -> float:
    if plane.dtype.kind != 'f':
        # Exact, where float64 would not be.
        return float(int(plane.max()) - int(plane.min()))
    known = np.isfinite(plane)
    low = plane.min(where=known, initial=np.inf)
    return float(plane.max(where=known, initial=-np.inf) - low)


def _remedy(middle: float, contrast: float) -> str:
    if abs(middle) > contrast:
        return f'subtract {middle:.4g} first'
    return f'divide them by {contrast:.3g} first'

"""A mask of what an image lost at the microscope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.images.axes import COLOURS
from napari_dip.images.validation import is_integer
from napari_dip.images.validity import read_values
from napari_dip.masks import KINDS
from napari_dip.masks.lines import find_lines
from napari_dip.masks.scratches import find_scratches
from napari_dip.masks.shifted_rows import find_shifted_rows
from napari_dip.masks.values import find_borders, find_gaps
from napari_dip.noise.defects import find_defects, find_saturated

Mask = NDArray[np.bool_]

# Shorter sides leave nothing to compare with.
_LEAST_SIDE = 3


#: From a plane of numbers to a mask of it, for each of the kinds.
FINDERS: Mapping[str, Callable[[NDArray[Any]], Mask]] = {
    'saturation': find_saturated,
    'defects': find_defects,
    'lines': find_lines,
    'shifts': find_shifted_rows,
    'scratches': find_scratches,
    'borders': find_borders,
    'gaps': find_gaps,
}


def find_missing(
    image: ArrayLike,
    what: str | Sequence[str] = (),
    *,
    value: float | None = None,
    channel_axis: int | None = None,
) -> Mask:
    """Find the pixels of an image that tell nothing, as a mask to inpaint.

    Parameters
    ----------
    image : (..., M, N) or (..., M, N, C) array_like
        Of real numbers. Every plane and channel is looked at by itself.
    what : str or sequence of str
        'saturation': clipped from above; 'defects': hot and dead pixels;
        'lines': dead rows, hot columns and dropouts of a scan; 'shifts':
        rows that jitter has shifted; 'scratches': scratches and dust whose
        border is sharper than a lens draws; 'borders': borders of one value,
        as stitching leaves them; 'gaps': pixels with a marker in place of an
        intensity, such as -1, 65535, -9999 or 1e30.
    value : float, optional
        Pixels of this value too.
    channel_axis : int, optional
        Axis of the channels. Unless given, three or four entries along the
        last of three or more axes are RGB or RGBA, whose opacity is left
        out.

    Returns
    -------
    ndarray of bool
        Shape of `image`; True where a pixel is missing. Pixels that are not
        finite or masked are not: :func:`~napari_dip.inpaint` fills them
        anyway.

    Raises
    ------
    TypeError
        If the image does not hold real numbers.
    ValueError
        If there is nothing to find, or nothing to find it in.

    Notes
    -----
    No threshold is set by hand. What is told would be made by chance alone,
    in the noise that the image shows, in one of a thousand images or fewer.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import find_missing
    >>> image = np.random.default_rng(0).poisson(50, (2, 64, 64))
    >>> image[0, 20] = 0
    >>> find_missing(image, 'lines').sum(axis=(1, 2)).tolist()
    [64, 0]
    """
    names = _check_names(what, value)
    values, invalid = read_values(image, 'image')
    if values.dtype.kind not in 'biuf':
        raise TypeError(
            f'image: dtype {values.dtype} is not one of bool, integer and '
            'real floating point; convert it first, for example with abs() '
            'for complex data.'
        )
    found = np.zeros(values.shape, bool)
    marks, planes = (
        _planes_last(array, channel_axis) for array in (found, values)
    )
    skipped = np.zeros(values.shape, bool)
    for where, _ in invalid:
        skipped |= where
    left_out = _planes_last(skipped, channel_axis)
    for index in np.ndindex(planes.shape[:-2]):
        plane, leave = planes[index], left_out[index]
        if leave.any():
            plane = np.where(leave, np.nan, plane)
        marks[index] = _find_in_plane(plane, names)
        if value is not None:
            marks[index] |= planes[index] == _as_stored(value, values.dtype)
    return found


def _find_in_plane(plane: NDArray[Any], names: Sequence[str]) -> Mask:
    found = np.zeros(plane.shape, bool)
    known = plane[np.isfinite(plane)]
    # What is all of one value holds nothing to compare with.
    if known.size and known.min() < known.max():
        for name in names:
            found |= FINDERS[name](plane)
    return found


def _as_stored(value: float, dtype: np.dtype[Any]) -> Any:
    """Round a number as a file of floats has it."""
    return dtype.type(value) if dtype.kind == 'f' else value


def _planes_last(array: NDArray[Any], channel_axis: int | None) -> Any:
    """View an array with rows and columns last, its opacity left out."""
    ndim = array.ndim
    if ndim < 2:
        raise ValueError(
            f'image: {ndim} axes are too few (shape {array.shape}); give an '
            'image of rows and columns.'
        )
    if channel_axis is not None:
        if not is_integer(channel_axis) or not -ndim <= channel_axis < ndim:
            raise ValueError(
                f'channel_axis: {channel_axis!r} is not an axis of the image, '
                f'which has {ndim}; choose one from 0 to {ndim - 1}.'
            )
        array = np.moveaxis(array, channel_axis, 0)
    elif ndim > 2 and array.shape[-1] in COLOURS:
        array = np.moveaxis(array[..., :3], -1, 0)
    if array.ndim < 2 or min(array.shape[-2:]) < _LEAST_SIDE:
        raise ValueError(
            f'image: planes of shape {array.shape[-2:]} are too small; give '
            f'at least {_LEAST_SIDE} × {_LEAST_SIDE} pixels.'
        )
    return array


def _check_names(
    what: str | Sequence[str], value: float | None
) -> tuple[str, ...]:
    names = (what,) if isinstance(what, str) else tuple(what)
    known = ', '.join(repr(name) for name in KINDS)
    for name in names:
        if name not in KINDS:
            raise ValueError(
                f'what: {name!r} is unknown; choose one or more of {known}.'
            )
    if not names and value is None:
        raise ValueError(
            f'what: nothing is to be found; choose one or more of {known}, '
            'or give a value.'
        )
    return names

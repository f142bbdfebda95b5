"""What the tasks accept; everything else gets a sentence that helps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Smallest side of an image, in pixels.
MIN_SIDE = 16

# What PyTorch's generators take.
_MOST_SEED = 2**64


def check_image(
    image: ArrayLike, channel_axis: int | None, name: str = 'image'
) -> tuple[NDArray[Any], int | None]:
    """Check an image and settle its channel axis.

    Parameters
    ----------
    image : array_like
        2-D, or 3-D with a channel axis. A 3-D image whose last axis has 3
        or 4 entries is taken as RGB or RGBA if no channel axis is given.
    channel_axis : int or None
        Axis of the channels.
    name : str
        What to call the image in a message.

    Returns
    -------
    image : ndarray
        Never a copy of an array.
    channel_axis : int or None
        Non-negative.

    Raises
    ------
    TypeError
        If the image does not hold real numbers.
    ValueError
        If there is nothing to restore in it.
    """
    array = np.asarray(image)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} is not one of bool, integer and '
            'real floating point; convert it first, for example with '
            'abs() for complex data.'
        )
    axis = check_axes(array.shape, channel_axis, name)
    height, width = plane_shape(array.shape, axis)
    if min(height, width) < MIN_SIDE:
        raise ValueError(
            f'{name}: {height} × {width} pixels are too few; at least '
            f'{MIN_SIDE} × {MIN_SIDE} are needed.'
        )
    _check_content(array, name)
    return array, axis


def plane_shape(
    shape: tuple[int, ...], channel_axis: int | None
) -> tuple[int, int]:
    """Height and width of a plane of an image."""
    height, width = (n for axis, n in enumerate(shape) if axis != channel_axis)
    return height, width


def check_axes(
    shape: tuple[int, ...], channel_axis: int | None, name: str = 'image'
) -> int | None:
    """Check the shape of an image and settle its channel axis.

    Parameters
    ----------
    shape : tuple of int
        Shape of the image.
    channel_axis : int or None
        Axis of the channels; None looks for RGB.
    name : str
        What to call the image in a message.

    Returns
    -------
    int or None
        Non-negative.

    Raises
    ------
    TypeError
        If the channel axis is no integer.
    ValueError
        If the image is empty, is no plane or the axis is not there.
    """
    if 0 in shape:
        raise ValueError(
            f'{name}: the image is empty (shape {shape}); choose one '
            'that has pixels.'
        )
    if channel_axis is None:
        if len(shape) == 2:
            return None
        if len(shape) == 3 and shape[-1] in (3, 4):
            return 2
        raise ValueError(_wrong_ndim(shape, name))
    return _check_channel_axis(shape, channel_axis, name)


def _check_channel_axis(
    shape: tuple[int, ...], channel_axis: object, name: str
) -> int:
    if not _is_integer(channel_axis):
        raise TypeError(
            f'channel_axis: {channel_axis!r} is not an integer; give the '
            'number of the axis that holds the channels, or None.'
        )
    axis: int = int(channel_axis)  # type: ignore[call-overload]
    ndim = len(shape)
    if ndim == 2:
        raise ValueError(
            f'channel_axis: {axis} was given, but {name} is 2-D and has no '
            'channels; leave it at None.'
        )
    if ndim != 3:
        raise ValueError(_wrong_ndim(shape, name))
    if not -ndim <= axis < ndim:
        raise ValueError(
            f'channel_axis: {axis} is not an axis of {name}, which '
            f'has {ndim} axes; choose one from 0 to {ndim - 1}.'
        )
    return axis % ndim


def _wrong_ndim(shape: tuple[int, ...], name: str) -> str:
    if len(shape) < 2:
        return (
            f'{name}: {len(shape)} axes are too few (shape {shape}); '
            'give a 2-D image, or a 3-D one with a channel_axis.'
        )
    return (
        f'{name}: shape {shape} is a stack, and stacks are not '
        'restored yet; give one 2-D plane at a time, or, if one axis holds '
        'channels, name it with channel_axis.'
    )


def _check_content(array: NDArray[Any], name: str) -> None:
    values = array
    if array.dtype.kind == 'f':
        values = array[np.isfinite(array)]
        if values.size == 0:
            raise ValueError(
                f'{name}: no pixel is a finite number; choose an image '
                'with data.'
            )
    if values.min() == values.max():
        raise ValueError(
            f'{name}: all pixels have the value {values.flat[0]}; there is '
            'nothing to restore, choose an image with contrast.'
        )


def check_mask(
    mask: ArrayLike,
    image: NDArray[Any],
    channel_axis: int | None,
    name: str = 'mask',
) -> NDArray[np.bool_]:
    """Check a mask of missing pixels.

    Parameters
    ----------
    mask : array_like
        Nonzero where a pixel is missing; the shape of a plane of the image,
        or of the image.
    image : ndarray
        The checked image.
    channel_axis : int or None
        Its channel axis.
    name : str
        What to call the mask in a message.

    Returns
    -------
    ndarray of bool
        Of the image's shape; True where a pixel is missing.

    Raises
    ------
    TypeError
        If the mask does not hold booleans or numbers.
    ValueError
        If the shapes differ, or all or none of the pixels are missing.
    """
    array = np.asarray(mask)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} cannot be a mask; give booleans '
            'or labels, nonzero where a pixel is missing.'
        )
    missing: NDArray[np.bool_] = array != 0
    plane = plane_shape(image.shape, channel_axis)
    if missing.shape == plane and channel_axis is not None:
        missing = np.expand_dims(missing, channel_axis)
        missing = np.broadcast_to(missing, image.shape)
    if missing.shape != image.shape:
        raise ValueError(
            f'{name}: its shape {array.shape} is not that of the image, '
            f'{image.shape}; give a mask with one entry a pixel.'
        )
    if not missing.any():
        raise ValueError(
            f'{name}: no pixel is marked as missing; paint the pixels to '
            'fill (nonzero).'
        )
    if missing.all():
        raise ValueError(
            f'{name}: all pixels are marked as missing; leave the pixels to '
            'keep unpainted (zero).'
        )
    return missing


def check_repeats(
    repeats: ArrayLike, image: NDArray[Any], name: str = 'repeats'
) -> NDArray[Any]:
    """Check further copies of the field of an image.

    Parameters
    ----------
    repeats : array_like
        One copy of the shape of the image, or several along a first axis.
    image : ndarray
        The checked image.
    name : str
        What to call the copies in a message.

    Returns
    -------
    ndarray
        ``(copies, *image.shape)``.

    Raises
    ------
    TypeError
        If they do not hold real numbers.
    ValueError
        If they have another shape, pixels that are not finite, or nothing
        that the image does not have.
    """
    array = np.asarray(repeats)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} is not one of bool, integer and '
            'real floating point; give intensities as in the image.'
        )
    if array.shape == image.shape:
        array = array[np.newaxis]
    if array.shape[1:] != image.shape or not len(array):
        raise ValueError(
            f'{name}: the shape {np.shape(repeats)} is not that of the '
            f'image, {image.shape}, nor that with one more axis in front; '
            'give one or more copies of the field of the image.'
        )
    earlier = [image]
    for copy in array:
        _check_copy(copy, earlier, name)
        earlier.append(copy)
    return array


def _check_copy(
    copy: NDArray[Any], earlier: list[NDArray[Any]], name: str
) -> None:
    which = f'{name}: copy {len(earlier)}'
    if not np.isfinite(copy).all():
        raise ValueError(
            f'{which} has pixels that are not finite numbers; leave that '
            'copy out, or fill them.'
        )
    if copy.min() == copy.max():
        raise ValueError(
            f'{which} has the value {copy.flat[0]} everywhere; leave it out.'
        )
    # Files do come twice, and the same noise twice looks like the image.
    if any(np.array_equal(copy, other) for other in earlier):
        raise ValueError(
            f'{which} is equal to another copy in every pixel, and so has '
            'the same noise; leave it out.'
        )


def check_factor(factor: object) -> tuple[int, int]:
    """Check a super-resolution factor and give it an axis each.

    Raises
    ------
    TypeError
        If it is no integer or pair of integers.
    ValueError
        If it is not from 1 to 8, or enlarges nothing.
    """
    pair = factor if isinstance(factor, (tuple, list)) else (factor, factor)
    if len(pair) != 2 or not all(_is_integer(f) for f in pair):
        raise TypeError(
            f'factor: {factor!r} is neither an integer nor two of them; '
            'give for example 2 or (2, 4), rows first.'
        )
    rows, columns = (int(f) for f in pair)
    if min(rows, columns) < 1 or max(rows, columns) > 8:
        raise ValueError(
            f'factor: {factor!r} is out of range; give 2, 3, 4 or 8, or one '
            'factor from 1 to 8 for each axis such as (2, 2).'
        )
    if rows == columns == 1:
        raise ValueError(
            'factor: 1 enlarges nothing; give 2, 3, 4 or 8, or use denoise.'
        )
    return rows, columns


def _is_integer(value: object, least: int | None = None) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (float, np.floating)):
        whole = float(value).is_integer()
    else:
        whole = isinstance(value, (int, np.integer))
    return whole and (least is None or int(value) >= least)  # type: ignore[call-overload]


def _is_duration(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        return False
    return bool(0 < value < math.inf)


def check_choice(value: str, choices: tuple[str, ...], name: str) -> None:
    """Check that a value is one of a few.

    Raises
    ------
    ValueError
        If it is not.
    """
    if value not in choices:
        raise ValueError(
            f'{name}: {value!r} is unknown; choose one of '
            f'{", ".join(repr(choice) for choice in choices)}.'
        )


def check_limits(
    seed: object, max_num_iter: object, time_limit: object
) -> None:
    """Check the numbers that bound a fit.

    Raises
    ------
    ValueError
        If one is negative, zero where that means nothing, too great for
        the generators, or not a number.
    """
    if not _is_integer(seed, least=0) or seed >= _MOST_SEED:  # type: ignore[operator]
        raise ValueError(
            f'seed: {seed!r} is not an integer from 0 to 2**64 - 1; give '
            '0, 1, 2 …'
        )
    if max_num_iter is not None and not _is_integer(max_num_iter, least=1):
        raise ValueError(
            f'max_num_iter: {max_num_iter!r} is not a positive integer; give '
            'one, or None to stop automatically.'
        )
    if time_limit is not None and not _is_duration(time_limit):
        raise ValueError(
            f'time_limit: {time_limit!r} is not a positive number of '
            'seconds; give one, or None for no limit.'
        )


def check_uncertainty(uncertainty: bool, return_info: bool) -> None:
    """Check that an uncertainty that is asked for can be handed over.

    Raises
    ------
    ValueError
        If it would be lost.
    """
    if uncertainty and not return_info:
        raise ValueError(
            'uncertainty: the map is handed over in the record; give '
            'return_info=True too and read info.uncertainty.'
        )

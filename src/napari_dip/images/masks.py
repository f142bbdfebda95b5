"""Which pixels of an image are to be filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.validity import Mask, read_values


def read_mask(
    mask: ArrayLike, image: AcquiredImage, name: str = 'mask'
) -> Mask:
    """Check a mask of missing pixels.

    Parameters
    ----------
    mask : array_like
        Nonzero where a pixel is missing, or itself masked; of the shape of a
        plane of the image, or of the image.
    image : AcquiredImage
        The checked image.
    name : str
        What to call the mask in a message.

    Returns
    -------
    (C, M, N) ndarray of bool
        True where a pixel is missing.

    Raises
    ------
    TypeError
        If the mask does not hold booleans or numbers.
    ValueError
        If the shapes differ, or all or none of the pixels are missing.
    """
    array, invalid = read_values(mask, name)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} cannot be a mask; give booleans '
            'or labels, nonzero where a pixel is missing.'
        )
    marked: Mask = array != 0
    for where, _ in invalid:
        marked = marked | where
    missing = _over(marked, image)
    if missing is None:
        raise ValueError(
            f'{name}: its shape {array.shape} is not that of the image, '
            f'{image.axes.shape}; give a mask with one entry a pixel.'
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


def describe_mask(missing: Mask) -> str:
    """Say how much a mask fills, and what to do if it seems inverted."""
    plane = missing.any(axis=0)
    count, total = int(plane.sum()), plane.size
    text = (
        f'The mask fills {count:,} of {total:,} pixels '
        f'({percentage(count, total)}).'
    )
    if 2 * count <= total:
        return text
    return (
        f'{text} That is most of them: if it marks the pixels to keep, '
        'invert it, as numpy.logical_not does.'
    )


def percentage(count: int, total: int) -> str:
    """Say what part of all so many are; some are not 0 %, nor most 100 %."""
    percent = 100 * count / total
    if count and percent < 1:
        return 'less than 1 %'
    if count < total and percent > 99:
        return 'more than 99 %'
    return f'{percent:.0f} %'


def _over(marked: Mask, image: AcquiredImage) -> Mask | None:
    plane = image.axes.plane
    if marked.squeeze().shape == plane:
        return np.broadcast_to(marked.reshape(plane), image.planes.shape)
    return image.planes_of(marked)

"""A guide: another image of the same field, in its own intensities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import affine_transform, gaussian_filter

from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.validity import read_values

# Correlation of two images that differ by their brightness at most.
_SAME = 1 - 1e-6
# Of a Gaussian that a coarser grid needs, by how much coarser it is.
_BLUR = 0.5


def read_guide(
    guide: ArrayLike, image: AcquiredImage, name: str = 'guide'
) -> NDArray[np.float32]:
    """Check a guide and bring it to planes.

    Parameters
    ----------
    guide : array_like
        ``(M, N)``, or with channels along the first or last axis. What is
        missing of it is filled in.
    image : AcquiredImage
        The checked image, of as many rows and columns.
    name : str
        What to call the guide in a message.

    Returns
    -------
    (G, M, N) ndarray

    Raises
    ------
    TypeError
        If it does not hold real numbers.
    ValueError
        If it has other rows and columns, shows nothing, or is the image.
    """
    # It loads torch, and a form does not.
    from napari_dip.grid.binning import first_guess

    array, invalid = read_values(guide, name)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} is not one of bool, integer and '
            'real floating point; give an image.'
        )
    for mask, _ in invalid:
        array = np.where(np.broadcast_to(mask, array.shape), np.nan, array)
    planes = _to_planes(array, image.axes.plane)
    if planes is None:
        rows, columns = image.axes.plane
        raise ValueError(
            f'{name}: its shape {array.shape} has not the {rows} × {columns} '
            'pixels of the image; register it to the image and resample it '
            'to those pixels first.'
        )
    planes = planes.astype(np.float64)
    known = np.isfinite(planes)
    if not known.any(axis=(1, 2)).all():
        raise ValueError(
            f'{name}: no pixel of a channel is a finite number; leave that '
            'channel out.'
        )
    if not known.all():
        planes = first_guess(planes, known, image.axes.plane)
    spread = planes.std(axis=(1, 2))
    if not (spread > 0).any():
        raise ValueError(
            f'{name}: all pixels have one value; choose an image that shows '
            'the field.'
        )
    planes = planes[spread > 0]
    _check_other(planes, image, name)
    kept: NDArray[np.float32] = planes.astype(np.float32)
    return kept


def _to_planes(
    array: NDArray[Any], plane: tuple[int, ...]
) -> NDArray[Any] | None:
    array = array.squeeze()
    if array.shape == plane:
        return array[np.newaxis]
    if array.ndim == len(plane) + 1 and array.shape[1:] == plane:
        return array
    if array.ndim == len(plane) + 1 and array.shape[:-1] == plane:
        return np.moveaxis(array, -1, 0)
    return None


def _check_other(
    planes: NDArray[np.float64], image: AcquiredImage, name: str
) -> None:
    """Refuse a guide whose noise is the image's, pixel by pixel."""
    for own in image.planes:
        known = np.isfinite(own)
        for plane in planes:
            if _correlation(own[known].astype(float), plane[known]) > _SAME:
                raise ValueError(
                    f'{name}: it is the image itself, in other units perhaps; '
                    'choose another channel or exposure, or use denoise.'
                )


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale else 0.0


def resample(
    guide: NDArray[Any],
    matrix: Sequence[Sequence[float]],
    shape: tuple[int, ...],
) -> NDArray[np.float32]:
    """Bring a guide to the pixels of an image that lies over it.

    Parameters
    ----------
    guide : (M, N) or (M, N, G) ndarray
        The guide in its own pixels.
    matrix : (2, 3) array_like
        From row, column and 1 of the image to row and column of the guide.
    shape : tuple of int
        Rows and columns of the image.

    Returns
    -------
    (M, N) or (M, N, G) ndarray
        NaN where the guide does not reach.

    Examples
    --------
    >>> fine = np.arange(16.0).reshape(4, 4)
    >>> resample(fine, [[2, 0, 0.5], [0, 2, 0.5]], (2, 2)).round(1).tolist()
    [[4.0, 5.4], [9.6, 11.0]]
    """
    turn = np.asarray(matrix, float)
    linear, offset = turn[:, :2], turn[:, 2]
    if guide.ndim > len(shape):
        channels = [
            resample(guide[..., k], matrix, shape)
            for k in range(guide.shape[-1])
        ]
        return np.stack(channels, axis=-1)
    # A coarser grid sees means.
    steps = np.linalg.norm(linear, axis=1)
    blur = _BLUR * np.sqrt(np.maximum(steps**2 - 1, 0))
    smooth = gaussian_filter(guide.astype(float), blur, mode='nearest')
    found = affine_transform(
        smooth, linear, offset, shape, order=1, mode='constant', cval=np.nan
    )
    kept: NDArray[np.float32] = found.astype(np.float32)
    return kept

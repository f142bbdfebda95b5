"""Whether further frames show the field of an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.validity import read_values
from napari_dip.noise.intensity import BULK


def read_repeats(
    repeats: ArrayLike, image: AcquiredImage, name: str = 'repeats'
) -> list[NDArray[Any]]:
    """Check further frames of the field of an image.

    Parameters
    ----------
    repeats : array_like
        One frame of the shape of the image, or several along a first axis.
    image : AcquiredImage
        The checked image.
    name : str
        What to call the frames in a message.

    Returns
    -------
    list of (C, M, N) ndarray
        The planes of each, without its opacity.

    Raises
    ------
    TypeError
        If they do not hold real numbers.
    ValueError
        If they have another shape, pixels that are missing, nothing that the
        image does not have, or nothing in common with it.
    """
    array, invalid = read_values(repeats, name)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} is not one of bool, integer and '
            'real floating point; give intensities as in the image.'
        )
    frames = _frames(array, image)
    if not frames:
        raise ValueError(
            f'{name}: the shape {array.shape} is not that of the '
            f'image, {image.axes.shape}, nor that with one more axis in '
            'front; give one or more frames of the field of the image.'
        )
    if any(mask.any() for mask, _ in invalid):
        raise ValueError(
            f'{name}: some pixels are masked; leave those frames out, or '
            'fill them.'
        )
    earlier = [image.planes]
    for frame in frames:
        which = f'{name}: frame {len(earlier)}'
        _check_values(frame, earlier, which)
        _check_field(frame, image.planes, which)
        earlier.append(frame)
    return frames


def _frames(array: NDArray[Any], image: AcquiredImage) -> list[NDArray[Any]]:
    single = image.planes_of(array)
    if single is not None:
        return [single]
    squeezed = array.squeeze()
    frames = [image.planes_of(frame) for frame in squeezed[..., np.newaxis]]
    return [frame for frame in frames if frame is not None]


def _check_values(
    frame: NDArray[Any], earlier: Sequence[NDArray[Any]], which: str
) -> None:
    if not np.isfinite(frame).all():
        raise ValueError(
            f'{which} has pixels that are not finite numbers; leave that '
            'frame out, or fill them.'
        )
    if frame.min() == frame.max():
        raise ValueError(
            f'{which} has the value {frame.flat[0]} everywhere; leave it out.'
        )
    # Files do come twice, and the same noise twice looks like the image.
    if any(np.array_equal(frame, other) for other in earlier):
        raise ValueError(
            f'{which} is equal to another frame in every pixel, and so has '
            'the same noise; leave it out.'
        )


def _check_field(frame: NDArray[Any], image: NDArray[Any], which: str) -> None:
    """Check that a frame matches the image better where it is than elsewhere.

    Of frames of one field the correlation is greatest without a shift. If
    twice as much is found at another shift, or as much of the other sign, it
    is chance, or the frame has moved.
    """
    correlation = _cross_correlation(frame, image)
    here = correlation[0, 0]
    if 2 * here < correlation.min():
        raise ValueError(
            f'{which} is bright where the image is dark; invert it, or leave '
            'it out.'
        )
    if 2 * here < correlation.max():
        raise ValueError(
            f'{which} does not correlate with the image pixel by pixel; '
            'align it if it has moved, or leave it out.'
        )


def _cross_correlation(
    frame: NDArray[Any], image: NDArray[Any]
) -> NDArray[np.float32]:
    """Correlation of two frames at every cyclic shift, over all channels."""
    spectra = sum(
        fft.rfft2(_standardised(there)).conj() * fft.rfft2(_standardised(here))
        for there, here in zip(frame, image, strict=True)
    )
    correlation: NDArray[np.float32] = fft.irfft2(spectra, image.shape[1:])
    return correlation


def _standardised(plane: NDArray[Any]) -> NDArray[np.float32]:
    # A pixel that is hot in every frame tells nothing of the field.
    # Booleans have neither quantiles nor differences.
    values = plane.astype(float)
    known = np.isfinite(values)
    values = np.clip(values, *np.quantile(values[known], BULK))
    values -= values.mean(where=known)
    values[~known] = 0
    values /= values.std() or 1.0
    single: NDArray[np.float32] = values.astype(np.float32)
    return single

"""Several frames of one field, checked and made as bright as the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.validity import read_values
from napari_dip.noise.blocks import QUARTILE, block_mean
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


Array = NDArray[np.float64]

# Side of the blocks whose means are compared, in pixels: their noise is
# small even where photons are few or noise is correlated.
SIDE = 8
# Blocks further than this many robust deviations from the line differ in
# content, as those of a neighbour in time or depth may.
_FAR = 4.0
_ROUNDS = 10


@dataclass(frozen=True)
class Repeats:
    """Repeats of a field with one brightness.

    Parameters
    ----------
    planes : ndarray
        ``(frames, channels, rows, columns)``, the first as it was given and
        the others in its units.
    gains : list of float
        What each of the others was multiplied by, channel by channel.
    """

    planes: Array
    gains: list[float]

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.planes)

    @property
    def mean(self) -> Array:
        """Mean of the frames, ``(channels, rows, columns)``."""
        mean: Array = self.planes.mean(axis=0)
        return mean

    def describe(self) -> str:
        """Say how many there are and what was done to them."""
        gains = ', '.join(f'{gain:.3g}' for gain in self.gains)
        return f'{self.count} frames, the others times {gains}'


def match_repeats(
    image: AcquiredImage, repeats: ArrayLike | None
) -> Repeats | None:
    """Check repeats of an image and bring them to its brightness.

    Parameters
    ----------
    image : AcquiredImage
        The checked image.
    repeats : array_like, optional
        As :func:`~napari_dip.denoise` takes them; None without any.

    Raises
    ------
    TypeError, ValueError
        As :func:`~napari_dip.images.repeats.read_repeats`.
    """
    if repeats is None:
        return None
    return match_all(image.planes, read_repeats(repeats, image))


def match_all(image: NDArray[Any], repeats: Sequence[NDArray[Any]]) -> Repeats:
    """Bring frames of a field to the brightness of the first.

    A lamp that drifts and a dye that bleaches change gain and offset from
    frame to frame, and so do neighbours in depth or time.

    Parameters
    ----------
    image : (C, M, N) ndarray
        The first frame; pixels that are not finite are missing.
    repeats : sequence of (C, M, N) ndarray
        The others, finite.
    """
    planes = [np.where(np.isfinite(image), image, np.nan).astype(float)]
    gains = []
    for repeat in repeats:
        lines = [
            match_brightness(*pair)
            for pair in zip(repeat.astype(float), planes[0], strict=True)
        ]
        gains += [gain for gain, _ in lines]
        gain, offset = np.array(lines).T[..., np.newaxis, np.newaxis]
        planes.append(gain * repeat + offset)
    return Repeats(np.stack(planes), gains)


def match_brightness(plane: Array, reference: Array) -> tuple[float, float]:
    """Find the gain and offset that make one plane as bright as another.

    The line has the ratio of the standard deviations as its slope, since
    both planes are noisy and least squares would make it too flat. It is
    found on means of blocks; those that differ in more than brightness
    are left out.

    Parameters
    ----------
    plane, reference : (M, N) ndarray
        Pixels that are not finite in the reference are left out.

    Returns
    -------
    gain, offset : float
        ``gain * plane + offset`` is like the reference.

    Examples
    --------
    >>> plane = np.random.default_rng(0).poisson(50.0, (64, 64)) * 1.0
    >>> plane[:32] += 100
    >>> [round(x, 6) for x in match_brightness(plane, 2 * plane + 5)]
    [2.0, 5.0]
    """
    x, y = block_mean(plane, SIDE), block_mean(reference, SIDE)
    finite = np.isfinite(y)
    x, y = x[finite], y[finite]
    like = np.ones(x.shape, bool)
    gain, offset = 1.0, 0.0
    for _ in range(_ROUNDS):
        if not like.any():
            break
        deviation = x[like].std()
        if deviation > 0:
            gain = float(y[like].std() / deviation)
        offset = float(y[like].mean() - gain * x[like].mean())
        distance = np.abs(y - gain * x - offset)
        like = distance <= _FAR * np.median(distance) / QUARTILE
    return gain, offset

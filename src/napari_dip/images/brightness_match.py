"""Several frames of one field, brought to the brightness of the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.repeats import read_repeats
from napari_dip.noise.blocks import QUARTILE, block_mean

Array = NDArray[np.float64]

# Side of the blocks whose means are compared, in pixels: their noise is
# small even where photons are few or noise is correlated.
_SIDE = 8
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
    x, y = block_mean(plane, _SIDE), block_mean(reference, _SIDE)
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

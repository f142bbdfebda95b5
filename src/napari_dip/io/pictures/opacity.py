"""Opacity (alpha): a sample of a pixel that is no intensity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Opacity:
    """How opaque each pixel is.

    Parameters
    ----------
    values : ndarray
        Shape of the image without the axis of the samples.
    axis : int
        Axis of the samples in the file.
    place : int
        Which of the samples it was.
    associated : bool
        Whether the intensities are multiplied by it already.
    """

    values: NDArray[Any]
    axis: int
    place: int
    associated: bool = False

    @property
    def transparent(self) -> NDArray[np.bool_]:
        """Where nothing of a pixel is seen."""
        return np.asarray(self.values == 0)

    def enlarged(self, axes: str, factors: Mapping[str, int]) -> Opacity:
        """Repeat each value for each pixel that its pixel was cut into.

        Parameters
        ----------
        axes : str
            Axes of the image.
        factors : mapping of str to int
            Pixels of the result for each pixel, by the letter of the axis.
        """
        letters, values = axes.replace('S', ''), self.values
        for letter, factor in factors.items():
            if factor > 1:
                values = values.repeat(factor, letters.index(letter))
        return replace(self, values=values)

    def join(self, data: NDArray[Any], axes: str) -> tuple[NDArray[Any], str]:
        """Put the opacity back among the samples, in the dtype of these."""
        if 'S' not in axes:
            data = np.expand_dims(data, self.axis)
            axes = axes[: self.axis] + 'S' + axes[self.axis :]
        axis = axes.index('S')
        values = self.values.astype(data.dtype)
        return np.insert(data, self.place, values, axis), axes

    def fits(self, dtype: np.dtype[Any]) -> bool:
        """Whether a dtype holds each of the values exactly."""
        with np.errstate(all='ignore'):
            cast = self.values.astype(dtype)
            back = cast.astype(self.values.dtype)
        return bool((back == self.values).all())


def split(
    data: NDArray[Any], axes: str, place: int, *, associated: bool = False
) -> tuple[NDArray[Any], str, Opacity]:
    """Take the opacity out of the samples of an image.

    Parameters
    ----------
    data : ndarray
        With an axis of samples.
    axes : str
        Its axes.
    place : int
        Which of the samples is opacity.
    associated : bool
        Whether the others are multiplied by it.

    Returns
    -------
    data, axes
        Without it; where one sample is left, without the axis of samples.
    opacity : Opacity
    """
    axis = axes.index('S')
    values = data.take(place, axis)
    rest = np.delete(data, place, axis)
    if rest.shape[axis] == 1:
        rest, axes = rest.squeeze(axis), axes.replace('S', '')
    return rest, axes, Opacity(values, axis, place, associated)

"""An image as it was acquired: to planes that a fit takes, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.images.axes import Axes, settle_axes, without_ones
from napari_dip.images.validity import (
    Mask,
    check_precision,
    read_values,
)

if TYPE_CHECKING:
    from napari_dip.grid.regions import Region

#: Smallest side of an image, in pixels.
MIN_SIDE = 16


@dataclass(frozen=True)
class AcquiredImage:
    """The planes of an image, and the way back to its user.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        Intensities, NaN or infinite where they are missing. They are those
        of the user where nothing had to be changed.
    axes : Axes
        What the axes of the image mean.
    alpha : (M, N) ndarray, optional
        Opacity, which is no intensity.
    notes : tuple of str
        What the user should know, a sentence each.
    parts : tuple of Region
        Parts of the planes that have nothing to do with each other, of one
        shape; none is the whole.
    """

    planes: NDArray[Any]
    axes: Axes
    alpha: NDArray[Any] | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[Region, ...] = ()

    @property
    def channel_axis(self) -> int | None:
        """What restores the same channels as `channel_axis` of a call."""
        return None if self.alpha is not None else self.axes.channel_axis

    def to_user(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring restored planes to the user's axes, with their opacity.

        Parameters
        ----------
        planes : (C, K M, L N) ndarray
            The opacity of a pixel is that of all those it has become.
        """
        return self._back(planes, self.alpha)

    def uncertainty_to_user(
        self, planes: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Bring an uncertainty to the user's axes: that of opacity is 0."""
        alpha = self.alpha
        return self._back(planes, None if alpha is None else alpha * 0)

    def filled(self) -> Self:
        """Return it with a first guess of what is missing."""
        from napari_dip.grid.binning import first_guess

        known = np.isfinite(self.planes)
        if known.all():
            return self
        filled = first_guess(self.planes, known, self.axes.plane)
        return replace(self, planes=filled)

    def planes_of(self, array: NDArray[Any]) -> NDArray[Any] | None:
        """View an array of the shape of the image as its planes are.

        Parameters
        ----------
        array : ndarray
            With an entry for the opacity or without, and whether or not axes
            of length one are left out.

        Returns
        -------
        (C, M, N) ndarray
            None if it has another shape.
        """
        for channels in {self.axes.channels, len(self.planes)}:
            shape = self.axes.with_channels(channels)
            if without_ones(array.shape) == without_ones(shape):
                planes = self.axes.to_planes(array.reshape(shape))
                return planes[: len(self.planes)]
        return None

    def _back(
        self, planes: NDArray[np.float32], alpha: NDArray[Any] | None
    ) -> NDArray[np.float32]:
        if alpha is not None:
            for axis, length in enumerate(planes.shape[1:]):
                alpha = alpha.repeat(length // alpha.shape[axis], axis)
            opacity = alpha[np.newaxis].astype(np.float32)
            planes = np.concatenate([planes, opacity])
        image: NDArray[np.float32] = self.axes.from_planes(planes)
        return image


def acquire(
    image: ArrayLike | AcquiredImage,
    channel_axis: int | None = None,
    name: str = 'image',
    *,
    ndim: int = 2,
) -> AcquiredImage:
    """Check an image and bring it to planes.

    Parameters
    ----------
    image : array_like
        One plane, perhaps with channels, and any further axes of length one.
        Values that are masked, are not finite or lie under full transparency
        are missing. One that was checked before is returned.
    channel_axis : int or None
        Axis of the channels. Unless given, an image with 3 or 4 entries along
        its last axis is RGB or RGBA.
    name : str
        What to call the image in a message.
    ndim : int
        Spatial axes: 2 of a plane, 3 of a volume.

    Raises
    ------
    TypeError
        If the image does not hold real numbers.
    ValueError
        If there is nothing to restore in it.
    """
    if isinstance(image, AcquiredImage):
        return image
    axes, planes, alpha, masks = _read(image, channel_axis, name, ndim)
    planes, notes = _without_invalid(planes, masks)
    _check_content(planes, name)
    notes += check_precision(planes, name)
    return AcquiredImage(planes, axes, alpha, tuple(notes))


def read_planes(
    image: ArrayLike, channel_axis: int | None = None, name: str = 'image'
) -> NDArray[Any]:
    """Bring an image to planes, whatever is in it.

    Parameters
    ----------
    image, channel_axis, name
        As in :func:`acquire`.

    Returns
    -------
    (C, M, N) ndarray
        Intensities, NaN or infinite where they are missing.
    """
    _, planes, _, masks = _read(image, channel_axis, name)
    return _without_invalid(planes, masks)[0]


def _read(
    image: ArrayLike, channel_axis: int | None, name: str, ndim: int = 2
) -> tuple[Axes, NDArray[Any], NDArray[Any] | None, list[tuple[Mask, str]]]:
    """Read axes, planes, opacity, and which values mean nothing."""
    array, invalid = read_values(image, name)
    if array.dtype.kind not in 'biuf':
        raise TypeError(
            f'{name}: dtype {array.dtype} is not one of bool, integer and '
            'real floating point; convert it first, for example with '
            'abs() for complex data.'
        )
    axes = settle_axes(array.shape, channel_axis, name, ndim=ndim)
    _check_size(axes, name)
    planes = axes.to_planes(array)
    masks = [(axes.to_planes(mask), how) for mask, how in invalid]
    alpha = None
    if channel_axis is None and len(planes) == 4:
        planes, alpha = planes[:3], planes[3]
        masks = [(mask[:3], how) for mask, how in masks]
        masks.append(((alpha == 0)[np.newaxis], 'fully transparent'))
    return axes, planes, alpha, masks


def _check_size(axes: Axes, name: str) -> None:
    height, width = axes.plane[-2:]
    if min(height, width) < MIN_SIDE:
        raise ValueError(
            f'{name}: {height} × {width} pixels are too few; at least '
            f'{MIN_SIDE} × {MIN_SIDE} are needed.'
        )


def _without_invalid(
    planes: NDArray[Any], masks: list[tuple[Mask, str]]
) -> tuple[NDArray[Any], list[str]]:
    """Make NaN of what is not valid, and say how much that is."""
    notes = []
    if planes.dtype.kind == 'f':
        infinite = ~np.isfinite(planes)
        if infinite.any():
            words = 'not a finite number', 'not finite numbers'
            notes.append(_filled(infinite, *words))
    masks = [(mask, how) for mask, how in masks if mask.any()]
    if masks:
        invalid = np.any(
            [np.broadcast_to(mask, planes.shape) for mask, _ in masks], axis=0
        )
        # Of integers that float32 could not hold, float64 is made.
        dtype = np.result_type(planes.dtype, np.float32)
        planes = np.where(invalid, np.array(np.nan, dtype), planes)
    notes += [_filled(mask, how) for mask, how in masks]
    return planes, notes


def _filled(missing: Mask, one: str, many: str = '') -> str:
    count = int(missing.any(axis=0).sum())
    if count == 1:
        return f'1 pixel that is {one} was filled in.'
    return f'{count:,} pixels that are {many or one} were filled in.'


def _check_content(planes: NDArray[Any], name: str) -> None:
    if planes.dtype.kind != 'f':
        low, high = planes.min(), planes.max()
    else:
        known = np.isfinite(planes)
        _check_channels(known, name)
        low = planes.min(where=known, initial=np.inf)
        high = planes.max(where=known, initial=-np.inf)
    if low == high:
        raise ValueError(
            f'{name}: all pixels have the value {low}; there is '
            'nothing to restore, choose an image with contrast.'
        )


def _check_channels(known: Mask, name: str) -> None:
    empty = np.flatnonzero(~known.reshape(len(known), -1).any(axis=1))
    if len(empty) == len(known):
        raise ValueError(
            f'{name}: no pixel is a finite number that is neither masked nor '
            'transparent; choose an image with data.'
        )
    if len(empty):
        raise ValueError(
            f'{name}: no pixel of channel {empty[0]} is a finite number; '
            'leave that channel out.'
        )

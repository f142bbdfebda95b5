"""Between a user's axes and the (channels, *shape) of a fit; their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.validation import is_integer

# As many entries along the last axis are the colours of a pixel.
COLOURS = (3, 4)


@dataclass(frozen=True)
class Axes:
    """What the axes of an image mean.

    Parameters
    ----------
    shape : tuple of int
        Shape of the image.
    channel_axis : int or None
        Axis of the channels, counted from the front.
    plane_axes : tuple of int
        Spatial axes, those of rows and columns last. Any other has a length
        of one.
    """

    shape: tuple[int, ...]
    channel_axis: int | None
    plane_axes: tuple[int, ...]

    @property
    def plane(self) -> tuple[int, ...]:
        """Lengths of the spatial axes."""
        return tuple(self.shape[axis] for axis in self.plane_axes)

    @property
    def channels(self) -> int:
        """How many channels there are."""
        axis = self.channel_axis
        return 1 if axis is None else self.shape[axis]

    def to_planes(self, image: NDArray[Any]) -> NDArray[Any]:
        """View an image as ``(channels, *shape)``."""
        axis = self.channel_axis
        image = image.squeeze(self._dropped)
        if axis is None:
            return image[np.newaxis]
        return np.moveaxis(image, self._kept.index(axis), 0)

    def from_planes(self, planes: NDArray[Any]) -> NDArray[Any]:
        """Undo :meth:`to_planes`, of any length; C-contiguous."""
        axis = self.channel_axis
        if axis is None:
            image = planes[0]
        else:
            image = np.moveaxis(planes, 0, self._kept.index(axis))
        return np.ascontiguousarray(np.expand_dims(image, self._dropped))

    def with_channels(self, count: int) -> tuple[int, ...]:
        """Return the shape with another number of channels."""
        shape = list(self.shape)
        if self.channel_axis is not None:
            shape[self.channel_axis] = count
        return tuple(shape)

    @property
    def _kept(self) -> list[int]:
        channel = [] if self.channel_axis is None else [self.channel_axis]
        return sorted([*self.plane_axes, *channel])

    @property
    def _dropped(self) -> tuple[int, ...]:
        kept = self._kept
        return tuple(a for a in range(len(self.shape)) if a not in kept)


def settle_axes(
    shape: tuple[int, ...],
    channel_axis: int | None,
    name: str = 'image',
    *,
    ndim: int = 2,
) -> Axes:
    """Decide what the axes of an image mean.

    Axes of length one are left out, except that of the channels, until as
    many as the image has in space remain.

    Parameters
    ----------
    shape : tuple of int
        Shape of the image.
    channel_axis : int or None
        Axis of the channels; None looks for RGB.
    name : str
        What to call the image in a message.
    ndim : int
        Spatial axes: 2 of a plane, 3 of a volume.

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
    if channel_axis is not None:
        if len(shape) == 2 and is_integer(channel_axis):
            raise ValueError(
                f'channel_axis: {int(channel_axis)} was given, but {name} is '
                '2-D and has no channels; leave it at None.'
            )
        if len(shape) < 2:
            raise ValueError(_wrong_ndim(shape, name))
        channel_axis = check_channel_axis(shape, channel_axis, name)
    plane = _plane_axes(shape, channel_axis, ndim)
    is_colour = channel_axis is None and len(plane) == ndim + 1
    if is_colour and shape[plane[-1]] in COLOURS:
        *plane, channel_axis = plane
    if len(plane) != ndim:
        raise ValueError(_wrong_ndim(shape, name))
    return Axes(shape, channel_axis, tuple(plane))


def without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Leave the axes of length one out of a shape."""
    return tuple(length for length in shape if length != 1)


def _plane_axes(
    shape: tuple[int, ...], channel_axis: int | None, ndim: int
) -> list[int]:
    axes = [axis for axis in range(len(shape)) if axis != channel_axis]
    for axis in axes[:]:
        if shape[axis] == 1 and len(axes) > ndim:
            axes.remove(axis)
    return axes


def check_channel_axis(
    shape: tuple[int, ...], channel_axis: object, name: str
) -> int:
    """Check the axis of the channels and count it from the front.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is not there.
    """
    if not is_integer(channel_axis):
        raise TypeError(
            f'channel_axis: {channel_axis!r} is not an integer; give the '
            'number of the axis that holds the channels, or None.'
        )
    axis: int = int(channel_axis)  # type: ignore[call-overload]
    ndim = len(shape)
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


_PLURALS = {
    'T': 'times',
    'Z': 'depths',
    'C': 'channels',
    'S': 'colours',
    'P': 'positions',
    'M': 'tiles',
}
_LETTERS = {
    'time': 'T',
    'times': 'T',
    'frame': 'T',
    'depth': 'Z',
    'plane': 'Z',
    'slice': 'Z',
    'channel': 'C',
    'channels': 'C',
    'band': 'C',
    'row': 'Y',
    'rows': 'Y',
    'column': 'X',
    'columns': 'X',
    'col': 'X',
    'sample': 'S',
    'position': 'P',
    'tile': 'M',
}


def say_axes(letters: str) -> str:
    """Space the letters out.

    Examples
    --------
    >>> say_axes('TZCYX')
    'T Z C Y X'
    """
    return ' '.join(letters)


def say_count(letter: str, number: int) -> str:
    """Say how many entries an axis has.

    Examples
    --------
    >>> say_count('T', 12), say_count('Z', 1), say_count('K', 5)
    ('12 times', '1 depth', '5 of K')
    """
    plural = _PLURALS.get(letter)
    if plural is None:
        return f'{number:,} of {letter}'
    return f'{number:,} {plural if number != 1 else plural[:-1]}'


def letters_of(names: Sequence[object]) -> str | None:
    """Return a letter for each name that others give axes; None if unnamed.

    Examples
    --------
    >>> letters_of(['t', 'z', 'y', 'x']), letters_of(['time', 'row', 'col'])
    ('TZYX', 'TYX')
    >>> letters_of(['-3', '-2', '-1']) is None
    True
    """
    letters = ''
    for name in map(str, names):
        word = name.strip().lower()
        one = _LETTERS.get(word, word.upper())
        if len(one) != 1 or not one.isalpha() or not one.isascii():
            return None
        letters += one
    is_clear = len(set(letters)) == len(letters) and {*'YX'} <= {*letters}
    return letters if is_clear else None

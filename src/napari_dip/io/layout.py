"""Between the axes of a file and the two or three that are restored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.io.errors import FileError
from napari_dip.io.stored import UNKNOWN, StoredImage

# What tifffile calls axes that a file does not name: Q, and I for pages.
_UNKNOWN = UNKNOWN + 'I'
_CHANNELS = 'CS'
_PLANE = 'YX'
#: As many entries along the last axis are the colours of a pixel.
COLOURS = (3, 4)


@dataclass(frozen=True)
class Layout:
    """How the axes of a file relate to those that are restored.

    Parameters
    ----------
    axes : str
        Letter of each axis of the file, unknown ones settled.
    dropped : tuple of int
        Axes of length 1 that are left out and put back.
    channel_axis : int or None
        Axis of the channels among those that remain.
    assumed : bool
        Whether neither the file nor its user says so: three or four entries
        along the last axis are taken for colours, the fourth for opacity.
    stack : str or None
        What the axes are where there are many planes, empty if that is to be
        guessed; None of one plane.
    """

    axes: str
    dropped: tuple[int, ...]
    channel_axis: int | None
    assumed: bool = False
    stack: str | None = None

    @property
    def known_channel_axis(self) -> int | None:
        """Axis of the channels; None where it is assumed."""
        return None if self.assumed else self.channel_axis

    @property
    def restored_axes(self) -> str:
        """Letters of the axes that remain."""
        return _without(self.axes, self.dropped)

    def squeeze(self, data: NDArray[Any]) -> NDArray[Any]:
        """Leave out the axes of length 1."""
        return data.squeeze(self.dropped)

    def unsqueeze(self, data: NDArray[Any]) -> NDArray[Any]:
        """Put the axes of length 1 back."""
        return np.expand_dims(data, self.dropped)


def settle(
    image: StoredImage,
    channel_axis: int | None = None,
    way: str = 'save one plane',
) -> Layout:
    """Decide which axes of a file are rows, columns and channels.

    Parameters
    ----------
    image : StoredImage
        The file.
    channel_axis : int or None
        Axis of the channels among all axes of the file; None takes what the
        file says, or, where it says nothing, three or four entries along
        the last axis as colours.
    way : str
        What a user can do about a stack.

    Raises
    ------
    FileError
        If the file names an axis of length greater than 1 that makes it a
        stack.
    """
    ndim = image.data.ndim
    dropped = _singletons(image.data.shape, image.axes, channel_axis)
    kept = [axis for axis in range(ndim) if axis not in dropped]
    if channel_axis is None:
        chosen = _channel(image, kept, way)
    else:
        chosen = channel_axis % ndim
    letters = _name(image.axes, kept, chosen)
    place = kept.index(chosen) if chosen in kept else None
    assumed = channel_axis is None and place is not None
    assumed = assumed and image.axes[chosen] in _UNKNOWN  # type: ignore[index]
    return Layout(letters, dropped, place, assumed)


def squeeze(data: NDArray[Any], axes: str) -> tuple[NDArray[Any], str]:
    """Leave out axes of length 1, with their letters."""
    dropped = _singletons(data.shape, axes)
    return data.squeeze(dropped), _without(axes, dropped)


def _singletons(
    shape: tuple[int, ...], axes: str, channel_axis: int | None = None
) -> tuple[int, ...]:
    """Find the axes of length 1 that are neither rows nor columns.

    Pages of a single row or column are none either where an axis without a
    name can take its place: so tifffile writes an array of (32, 1, 32).
    """
    dropped: list[int] = []
    # Of axes without a name, two remain to be rows and columns.
    spare = len(shape) - 2
    unnamed = {
        axis
        for axis, (size, letter) in enumerate(zip(shape, axes, strict=True))
        if size > 1 and letter in _UNKNOWN
    }
    if channel_axis is not None:
        unnamed.discard(channel_axis % len(shape))
    fixed = '' if unnamed else _PLANE
    for axis, (size, letter) in enumerate(zip(shape, axes, strict=True)):
        if size == 1 and letter not in fixed and len(dropped) < spare:
            dropped.append(axis)
    return tuple(dropped)


def _channel(image: StoredImage, kept: list[int], way: str) -> int | None:
    letters = [image.axes[axis] for axis in kept]
    stacked = [
        letter
        for letter in letters
        if letter not in _PLANE + _CHANNELS + _UNKNOWN
    ]
    if stacked:
        raise FileError(
            f'axes {image.axes} of lengths {image.data.shape} are a stack, '
            f'and stacks are not restored yet; {way}, or, if one axis holds '
            'channels, name it with --channel-axis.'
        )
    named = [axis for axis in kept if image.axes[axis] in _CHANNELS]
    if named:
        return named[0]
    unknown = any(letter in _UNKNOWN for letter in letters)
    colours = image.data.shape[-1:] and image.data.shape[-1] in COLOURS
    return kept[-1] if unknown and len(kept) == 3 and colours else None


def _name(axes: str, kept: list[int], channel: int | None) -> str:
    """Settle the letters of axes that the file does not name."""
    if not any(axes[axis] in _UNKNOWN for axis in kept):
        return axes
    letters = [
        'Q' if letter in _PLANE and axis not in kept else letter
        for axis, letter in enumerate(axes)
    ]
    if channel in kept:
        letters[channel] = 'S' if channel == kept[-1] else 'C'
    plane = [axis for axis in kept if axis != channel]
    if len(plane) == 2:
        letters[plane[0]], letters[plane[1]] = 'Y', 'X'
    return ''.join(letters)


def _without(axes: str, dropped: tuple[int, ...]) -> str:
    return ''.join(a for i, a in enumerate(axes) if i not in dropped)

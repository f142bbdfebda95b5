"""What the axes of an acquisition are, and which planes it is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from napari_dip.images.axes import (
    COLOURS,
    check_channel_axis,
    say_axes,
    say_count,
)

#: Where a plane lies: a number for each axis that is counted, a slice else.
Index = tuple[Any, ...]

#: Planes, kinds of noise or notes of a series that are told in a form.
TOLD = 6
# As many channels are no series. More may be either.
_FEW = 4


@dataclass(frozen=True)
class Stack:
    """How an acquisition is made of planes.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    letters : str
        What each axis is, such as 'TZCYX': time, depth, channels, rows,
        columns, S for the samples of a colour, and any others.
    channel_axis : int or None
        Axis whose entries are restored together.
    assumed : bool
        Whether the letters are a guess.
    deep : bool
        Whether the depths Z are a spatial axis, so that volumes take the
        place of planes.
    """

    shape: tuple[int, ...]
    letters: str
    channel_axis: int | None = None
    assumed: bool = False
    deep: bool = False

    @property
    def plane_axes(self) -> tuple[int, ...]:
        """Axes of rows and columns, as they lie in the array."""
        letters = 'ZYX' if self.deep else 'YX'
        return tuple(sorted(self.letters.index(one) for one in letters))

    @property
    def counted(self) -> tuple[int, ...]:
        """Axes that are neither those of a plane nor its channels."""
        whole = (*self.plane_axes, self.channel_axis)
        return tuple(a for a in range(len(self.shape)) if a not in whole)

    @property
    def apart(self) -> int | None:
        """Axis of channels that are restored each for itself."""
        axis = self.letters.find('C')
        return axis if axis in self.counted else None

    @property
    def num_planes(self) -> int:
        """How many planes there are."""
        return math.prod(self.shape[axis] for axis in self.counted)

    @property
    def plane_sides(self) -> tuple[int, ...]:
        """Rows and columns of a plane."""
        return tuple(self.shape[axis] for axis in self.plane_axes)

    @property
    def plane_shape(self) -> tuple[int, ...]:
        """Shape of a plane, with its channels."""
        kept = [a for a in range(len(self.shape)) if a not in self.counted]
        return tuple(self.shape[axis] for axis in kept)

    @property
    def plane_channel_axis(self) -> int | None:
        """Axis of the channels in a plane; None also where they are RGB(A)."""
        axis = self.channel_axis
        if axis is None:
            return None
        is_last = axis == len(self.shape) - 1
        if is_last and self._is_colour(axis):
            return None
        return axis - sum(one < axis for one in self.counted)

    def series(self) -> list[list[Index]]:
        """Return where the planes lie, those of each channel apart."""
        axis = self.apart
        if axis is None:
            return [self._planes({})]
        return [self._planes({axis: n}) for n in range(self.shape[axis])]

    def say_plane(self, index: Index) -> str:
        """Say which plane it is, counted from 0.

        Examples
        --------
        >>> stack = Stack((12, 3, 64, 64), 'TCYX')
        >>> stack.say_plane((4, 1, slice(None), slice(None)))
        'T 4, C 1'
        """
        told = [
            f'{self.letters[axis]} {index[axis]}'
            for axis in self.counted
            if self.shape[axis] > 1
        ]
        return ', '.join(told)

    @property
    def shape_without_channels(self) -> tuple[int, ...]:
        """Its shape but for the channels that are restored together."""
        axis = self.channel_axis
        return tuple(n for a, n in enumerate(self.shape) if a != axis)

    def take_beside(self, value: Any, place: Index) -> Any:
        """Take what goes with a plane of an array beside the image.

        Parameters
        ----------
        value : array_like
            Of the shape of the stack, of a plane, or without some of the
            first axes, or the channels.
        place : tuple
            Where the plane lies.
        """
        value = value if hasattr(value, 'shape') else np.asarray(value)
        shape = tuple(value.shape)
        if shape in (self.plane_shape, self.plane_sides):
            return value
        if shape == self.shape_without_channels:
            axis = self.channel_axis
            place = tuple(n for a, n in enumerate(place) if a != axis)
        return value[place[len(place) - len(shape) :]]

    def describe(self) -> str:
        """Say what the axes are and how many planes there are.

        Examples
        --------
        >>> Stack((12, 3, 64, 64), 'TCYX').describe()
        'axes T C Y X, 12 times × 3 channels: 36 planes'
        """
        counts = [
            say_count(self.letters[axis], self.shape[axis])
            for axis in self.counted
            if self.shape[axis] > 1
        ]
        text = f'axes {say_axes(self.letters)}'
        if counts:
            text += f', {" × ".join(counts)}'
        number = self.num_planes
        what = 'volume' if self.deep else 'plane'
        text += f': {number:,} {what}{"s" * (number != 1)}'
        if self.deep:
            text += f' of {" × ".join(map(str, self.plane_sides))} voxels'
        axis = self.channel_axis
        if axis is not None and self.shape[axis] > 1:
            text += f' of {say_count(self.letters[axis], self.shape[axis])}'
        return text

    def say(self, text: str | None = None) -> str:
        """Say what it was read as, in a sentence."""
        how = 'Taken for' if self.assumed else 'Read as'
        return f'{how} {text or self.describe()}.'

    def _is_colour(self, axis: int) -> bool:
        is_sample = axis == self.letters.find('S')
        return is_sample and self.shape[axis] in COLOURS

    def _planes(self, fixed: dict[int, int]) -> list[Index]:
        ranges = [
            [fixed[axis]] if axis in fixed else range(self.shape[axis])
            for axis in self.counted
        ]
        planes = []
        for numbers in product(*ranges):
            index: list[Any] = [slice(None)] * len(self.shape)
            for axis, number in zip(self.counted, numbers, strict=True):
                index[axis] = number
            planes.append(tuple(index))
        return planes


def settle_stack(
    shape: Sequence[int],
    axes: str | None = None,
    channel_axis: int | None = None,
    name: str = 'image',
) -> Stack:
    """Decide what the axes of an acquisition are.

    Parameters
    ----------
    shape : sequence of int
        Its shape.
    axes : str, optional
        A letter for each axis; guessed unless given.
    channel_axis : int, optional
        Axis whose entries are restored together. Unless given it is that of
        the samples of a colour, and that of channels where they are all
        that there is beside rows and columns.
    name : str
        What to call the image in a message.

    Raises
    ------
    TypeError
        If an argument is of another type.
    ValueError
        If the axes do not fit the shape, or cannot be told.

    Examples
    --------
    >>> settle_stack((12, 3, 64, 64), 'TCYX').describe()
    'axes T C Y X, 12 times × 3 channels: 36 planes'
    >>> settle_stack((31, 64, 64)).letters
    'ZYX'
    """
    shape = tuple(int(n) for n in shape)
    if 0 in shape:
        raise ValueError(
            f'{name}: the image is empty (shape {shape}); choose one '
            'that has pixels.'
        )
    if channel_axis is not None:
        channel_axis = check_channel_axis(shape, channel_axis, name)
    letters = (
        _guess(shape, channel_axis, name)
        if axes is None
        else check_axes(axes, shape, name)
    )
    if channel_axis is None:
        channel_axis = _find_channels(letters, shape)
    elif letters[channel_axis] in 'YX':
        raise ValueError(
            f'channel_axis: axis {channel_axis} of axes {letters!r} is that '
            'of rows or columns; choose another, or None.'
        )
    return Stack(shape, letters, channel_axis, assumed=axes is None)


def check_axes(axes: object, shape: Sequence[int], name: str = 'image') -> str:
    """Check a letter for each axis of an image and return them in capitals.

    Raises
    ------
    TypeError
        If it is no text.
    ValueError
        If it does not fit.
    """
    if not isinstance(axes, str):
        raise TypeError(
            f'axes: {axes!r} is no text; give a letter for each axis, such '
            "as 'TZCYX', or None."
        )
    letters = ''.join(axes.replace(',', ' ').split()).upper()
    if not letters.isalpha() or not letters.isascii():
        raise ValueError(
            f'axes: {axes!r} is not made of letters; give one for each axis, '
            "such as 'TZCYX'."
        )
    if len(letters) != len(shape):
        lengths = ' × '.join(map(str, shape))
        raise ValueError(
            f'axes: {axes!r} has {len(letters)} letters, but {name} has '
            f'{len(shape)} axes ({lengths}); give a letter for each.'
        )
    twice = [one for one in letters if letters.count(one) > 1]
    if twice:
        raise ValueError(
            f'axes: {axes!r} names {twice[0]} more than once; give each axis '
            'a letter of its own.'
        )
    missing = [one for one in 'YX' if one not in letters]
    if missing:
        what = {'Y': 'rows', 'X': 'columns'}[missing[0]]
        raise ValueError(
            f'axes: {axes!r} has no {missing[0]}; say which axis holds the '
            f'{what}.'
        )
    return letters


def _find_channels(letters: str, shape: tuple[int, ...]) -> int | None:
    """Find the axis of what is restored together, if there is one."""
    if 'S' in letters:
        return letters.index('S')
    axis = letters.find('C')
    others = [
        n
        for n, one in zip(shape, letters, strict=True)
        if one not in 'CYX' and n > 1
    ]
    return axis if axis >= 0 and not others else None


def _guess(shape: tuple[int, ...], channel_axis: int | None, name: str) -> str:
    """Guess the letters, as microscopes and libraries mostly have them."""
    ndim = len(shape)
    letters: list[str] = [''] * ndim
    rest = list(range(ndim))
    if channel_axis is not None:
        letters[channel_axis] = 'C'
        rest.remove(channel_axis)
    elif ndim > 2 and shape[-1] in COLOURS:
        letters[-1] = 'S'
        rest.pop()
    if len(rest) < 2:
        raise ValueError(
            f'{name}: {ndim} axes are too few (shape {shape}); give an '
            'image with rows and columns.'
        )
    letters[rest[-2]], letters[rest[-1]] = 'Y', 'X'
    lead = [axis for axis in rest[:-2] if shape[axis] > 1]
    if 'C' not in letters and 'S' not in letters:
        few = [axis for axis in lead if shape[axis] <= _FEW]
        if len(few) == 1 and len(lead) == 1:
            number = shape[few[0]]
            raise ValueError(
                f'{name}: {number} planes (shape {shape}) may be channels '
                "or a series; tell which by axes='CYX' or axes='ZYX'."
            )
        if len(few) == 1:
            letters[few[0]] = 'C'
            lead.remove(few[0])
    order = ['Z'] if len(lead) == 1 else ['T', 'Z']
    if len(lead) > len(order):
        raise ValueError(
            f'{name}: what its {ndim} axes are (shape {shape}) cannot be '
            "told; say so with axes, such as axes='TZCYX'."
        )
    for axis, letter in zip(lead, order, strict=False):
        letters[axis] = letter
    spare = iter(one for one in 'PQRUVWABDEFGHIJKLMNO' if one not in letters)
    return ''.join(one or next(spare) for one in letters)

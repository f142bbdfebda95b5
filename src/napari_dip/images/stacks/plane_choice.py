"""Which planes of an acquisition are taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_dip.images.stacks.stack import Stack


def choose_planes(
    planes: object, stack: Stack
) -> tuple[int, slice | list[int]] | None:
    """Read which planes are taken.

    Parameters
    ----------
    planes : str, slice, int, sequence of int or None
        Of the first axis that is counted and longer than one, channels
        aside: ``'10:20'`` or ``slice(10, 20)`` ends before 20.
    stack : Stack
        The axes.

    Returns
    -------
    axis : int
    entries : slice or list of int
        None in place of both takes all.

    Raises
    ------
    ValueError
        If there are no such planes.
    """
    if planes is None:
        return None
    axes = [
        axis
        for axis in stack.counted
        if stack.shape[axis] > 1 and axis != stack.apart
    ]
    if not axes:
        raise ValueError(
            f'planes: {planes!r} was given, but there is only one plane; '
            'leave it out.'
        )
    length = stack.shape[axes[0]]
    entries = _read_planes(planes)
    numbers = np.arange(length)
    try:
        found = np.atleast_1d(numbers[entries])
    except (IndexError, ValueError):
        found = numbers[:0]
    if not found.size:
        raise ValueError(
            f'planes: {planes!r} takes none of the {length} of axis '
            f'{stack.letters[axes[0]]}; give for example 0:{min(10, length)}.'
        )
    if isinstance(entries, slice):
        return axes[0], entries
    return axes[0], [int(n) for n in found]


def _read_planes(planes: object) -> Any:
    if isinstance(planes, slice):
        return planes
    try:
        if isinstance(planes, str):
            parts = [int(p) if p.strip() else None for p in planes.split(':')]
            if len(parts) > 1:
                return slice(*parts)
            planes = parts
        numbers = np.atleast_1d(np.asarray(planes))
        if numbers.dtype.kind in 'iu' and numbers.ndim == 1:
            return numbers
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"planes: {planes!r} is no range; give for example '10:20', which "
        'ends before 20, or a number.'
    )

"""Acquisitions whose depths are a spatial axis."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.images.stacks.stack import Stack


def as_volumes(stack: Stack | None) -> Stack:
    """Return the same acquisition with volumes in place of planes.

    Parameters
    ----------
    stack : Stack or None
        Its axes; None is one plane.

    Raises
    ------
    ValueError
        If it has no depth, or not before rows and columns.

    Examples
    --------
    >>> as_volumes(Stack((12, 9, 64, 64), 'TZYX')).describe()
    'axes T Z Y X, 12 times: 12 volumes of 9 × 64 × 64 voxels'
    """
    if stack is None:
        raise ValueError(
            "fit: 'volume' needs an axis of depth, and the image is one "
            'plane; leave it out.'
        )
    axis = stack.letters.find('Z')
    if axis < 0 or stack.shape[axis] < 2:
        raise ValueError(
            "fit: 'volume' needs an axis of depth with two planes or more, "
            f'and axes {stack.letters!r} of shape {stack.shape} have none; '
            "tell which is by axes='ZYX', or choose another fit."
        )
    deep = replace(stack, deep=True)
    if deep.plane_axes[0] != axis:
        raise ValueError(
            f"fit: 'volume' needs Z before Y and X, and the axes are "
            f'{stack.letters!r}; move it there, for example with '
            'numpy.moveaxis.'
        )
    return deep

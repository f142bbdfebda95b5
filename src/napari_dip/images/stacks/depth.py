"""Volumes: depths as a spatial axis, and whether their step resolves it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.stacks.stack import Stack


class NoVolumeError(ValueError):
    """There is no fit of a volume for what was found of it."""


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


_NOTE = (
    'The other pixels of its plane foretell a voxel better than those around '
    'it in three axes: the Z step does not resolve the structure, and '
    "fit='series' is likely to be better."
)

# Voxels along each axis that are looked at, around the middle.
_ENOUGH = 64


def resolves_depth(planes: NDArray[Any]) -> bool | None:
    """Tell whether voxels around a voxel foretell it better than its plane.

    The 26 around it in three axes, or the 24 in its plane, each weighted as
    it foretells half of the voxels best, foretell the other half. Noise is
    in both errors alike.

    Parameters
    ----------
    planes : (C, L, M, N) ndarray
        The volume; not finite where it is missing.

    Returns
    -------
    bool or None
        None where the difference is within chance.

    Examples
    --------
    >>> from scipy.ndimage import gaussian_filter
    >>> noise = np.random.default_rng(0).normal(size=(2, 1, 24, 32, 32))
    >>> volume = 8 * gaussian_filter(noise[0], (0, 2, 2, 2)) + 0.5 * noise[1]
    >>> resolves_depth(volume), resolves_depth(volume[:, ::6])
    (True, False)
    """
    found = [_gains(_middle(volume)) for volume in planes]
    gains = np.concatenate(found)
    if gains.size < 2:
        return None
    chance = gains.std() / gains.size**0.5
    if abs(gains.mean()) <= chance:
        return None
    return bool(gains.mean() > 0)


def note_depth(planes: NDArray[Any]) -> list[str]:
    """Say so where the Z step of a volume does not resolve its structure."""
    return [_NOTE] if resolves_depth(planes) is False else []


def _middle(volume: NDArray[Any]) -> NDArray[np.float64]:
    index = []
    for length in volume.shape:
        start = max(0, (length - _ENOUGH) // 2)
        index.append(slice(start, start + _ENOUGH))
    return volume[tuple(index)].astype(float)


def _gains(volume: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared errors of the plane less those of three axes."""
    near, further = range(-1, 2), range(-2, 3)
    around = [(z, y, x) for z, y, x in product(near, repeat=3)]
    beside = [(0, y, x) for y, x in product(further, repeat=2)]
    if min(volume.shape) < len(near) or min(volume.shape[1:]) < len(further):
        return np.zeros(0)
    wanted = _shifted(volume, (0, 0, 0))
    voxels = [_shifted(volume, move) for move in (*around, *beside)]
    known = np.isfinite(wanted) & np.isfinite(voxels).all(axis=0)
    if known.sum() < 2 * len(voxels):
        return np.zeros(0)
    wanted = wanted[known]
    errors = []
    for moves in (beside, around):
        columns = [
            _shifted(volume, move)[known] for move in moves if any(move)
        ]
        matrix = np.stack([*columns, np.ones_like(wanted)], axis=1)
        told, _, _, _ = np.linalg.lstsq(matrix[::2], wanted[::2], rcond=None)
        errors.append((wanted[1::2] - matrix[1::2] @ told) ** 2)
    gains: NDArray[np.float64] = errors[0] - errors[1]
    return gains


def _shifted(
    volume: NDArray[np.float64], move: tuple[int, int, int]
) -> NDArray[np.float64]:
    """Return the voxels that lie so far from those inside, flat."""
    index = []
    for length, by, margin in zip(volume.shape, move, (1, 2, 2), strict=True):
        index.append(slice(margin + by, length - margin + by))
    return volume[tuple(index)].ravel()

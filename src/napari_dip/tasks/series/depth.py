"""Whether depths are a spatial axis where nothing else is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.images.acquired import acquire
from napari_dip.images.stacks.depth import as_volumes, resolves_depth

if TYPE_CHECKING:
    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.stacks.stack import Stack
    from napari_dip.tasks.base import Task

_VOLUME = (
    'Fitted as a volume, for the Z step resolves the structure: the voxels '
    'around a voxel foretell it better than those of its plane.'
)
_PLANES = (
    'Fitted plane by plane, for the Z step does not resolve the structure: '
    'the voxels of its plane foretell a voxel better than those around it.'
)


def find_volume(
    task: Task,
    image: Any,
    stack: Stack,
    preset: str,
    arguments: Mapping[str, Any],
) -> tuple[AcquiredImage | None, list[str]]:
    """Take an image for a volume if that is the better choice.

    It is one volume in memory, whose depths are named and not guessed, and
    in which the voxels around a voxel foretell it better than its plane.

    Parameters
    ----------
    task : Task
        What to do.
    image : array_like
        All planes.
    stack : Stack
        Its axes.
    preset : str
        Name of the preset.
    arguments : mapping
        The task's own.

    Returns
    -------
    volume : AcquiredImage or None
        None where planes are taken.
    notes : list of str
        Why planes are, if they are known to be better.
    """
    asked = task.own_of(arguments)
    lazy = not isinstance(image, np.ndarray)
    if lazy or stack.assumed or not task.prefers_volumes(preset, **asked):
        return None, []
    try:
        deep = as_volumes(stack)
        if deep.num_planes > 1:
            return None, []
        volume = acquire(image, deep.plane_channel_axis, ndim=3)
    except ValueError:
        return None, []
    found = resolves_depth(volume.planes)
    if not found:
        return None, [] if found is None else [_PLANES]
    notes = (deep.say(), _VOLUME, *volume.notes)
    return replace(volume, notes=notes), []

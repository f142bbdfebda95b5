"""Parts of an image that held-out holes are laid in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from napari_dip.fills.base import Mask
from napari_dip.grid.interpolation import TINY
from napari_dip.grid.regions import Region

# Side of a part of the image with held-out holes; less where many pixels are
# missing, so that it misses as many as this; eight times the depth of the
# deepest hole where that is more, so that each is whole and has as much
# around it.
_SIDE, _MISSING, _DEPTHS = 256, 8192, 8


def depth_of(missing: Mask) -> NDArray[np.float32]:
    """Distance of each pixel to the nearest known one, channel by channel."""
    depth: NDArray[np.float32] = np.stack(
        [distance_transform_edt(one) for one in missing]
    ).astype(np.float32)
    return depth


def usual_side(missing: float, ndim: int = 2) -> int:
    """Side of such a part, by how much of an image of so many axes is."""
    side = math.pow(_MISSING / max(missing, TINY), 1 / ndim)
    return min(_SIDE, int(side))


def scene_side(missing: Mask) -> int:
    """Side of the parts that held-out holes are laid in."""
    deep = int(_DEPTHS * depth_of(missing).max())
    part = float(missing.any(axis=0).mean())
    return max(usual_side(part, missing.ndim - 1), deep)


def judged_regions(missing: Mask) -> list[Region]:
    """Divide an image into parts that may judge, those that miss most first.

    They do not meet, and are hardly smaller than :func:`scene_side`.
    """
    side, shape = scene_side(missing), missing.shape[1:]
    plane: Mask = np.any(missing, axis=0)
    cells = [length / max(1, round(length / side)) for length in shape]
    size = tuple(min(side, int(cell)) for cell in cells)
    starts = product(
        *(
            np.arange((cell - part) / 2, length - part + 1, cell).astype(int)
            for cell, part, length in zip(cells, size, shape, strict=True)
        )
    )
    regions = [Region(tuple(map(int, start)), size) for start in starts]
    return sorted(regions, key=lambda r: -int(r.cut(plane).sum()))


def number_that_judge(largest: int, pixels: int) -> int:
    """Number of parts that judge: as many as cover some of the largest ones.

    Two at least, since those are not the whole.

    Examples
    --------
    >>> [number_that_judge(1, side**2) for side in (64, 128, 256, 512)]
    [16, 4, 2, 2]
    """
    return max(2, largest * _SIDE**2 // pixels)


def around(
    centre: NDArray[np.intp], side: int, shape: Sequence[int]
) -> Region:
    """Region of a side about a pixel, moved to lie in the image."""
    lengths = tuple(min(side, length) for length in shape)
    start = tuple(
        int(np.clip(at - length // 2, 0, whole - length))
        for at, length, whole in zip(centre, lengths, shape, strict=True)
    )
    return Region(start, lengths)

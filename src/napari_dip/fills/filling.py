"""Parts of an image filled in several ways, as many as there is time for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import look_up
from napari_dip.fills.base import Fill, Mask, fill_channels, work_of_fills
from napari_dip.fills.combination import HeldOut
from napari_dip.fills.parts import depth_of
from napari_dip.grid.regions import Region


class Asked(NamedTuple):
    """A part to be filled.

    Parameters
    ----------
    region : Region
        Where it lies.
    missing : ndarray of bool
        ``(channels, *shape)``.
    held_out : ndarray of bool
        Same shape: those of the missing pixels that are known.
    """

    region: Region
    missing: Mask
    held_out: Mask


class FilledPart(NamedTuple):
    """The same, filled.

    Parameters
    ----------
    region, missing, held_out
        As in :class:`Asked`.
    fills : ndarray
        ``(fills, channels, *shape)``.
    depth : ndarray
        Same shape: distance of each pixel to the nearest known one.
    judged : HeldOut
        What they made of the pixels that are held out.
    """

    region: Region
    missing: Mask
    held_out: Mask
    fills: NDArray[np.float32]
    depth: NDArray[np.float32]
    judged: HeldOut


def fill_parts(
    data: NDArray[np.float32], asked: Sequence[Asked], fills: Sequence[Fill]
) -> list[FilledPart]:
    """Fill parts of an image, until whoever watches ends it.

    Parameters
    ----------
    data : (channels, ...) ndarray
        The image.
    asked : sequence of Asked
        The parts, one at least.
    fills : sequence of Fill
        Ways to fill each.

    Returns
    -------
    list of FilledPart
        The first and as many others as are complete. If the first is not,
        its first fill stands for those that it lacks.
    """
    works = [
        work_of_fills([fill], part.region.shape, float(part.missing.mean()))
        for part in asked
        for fill in fills
    ]
    done = iter((np.cumsum([0, *works]) / sum(works)).tolist())
    is_over, filled = look_up(next(done)), list[FilledPart]()
    for part in asked:
        planes, found = part.region.cut(data), list[NDArray[np.float32]]()
        for fill in fills:
            one = fill_channels(fill, planes, part.missing)
            is_over = look_up(next(done)) or is_over
            # It may be incomplete.
            if not (is_over and found):
                found.append(one)
            if is_over:
                break
        if is_over and filled:
            break
        found += found[:1] * (len(fills) - len(found))
        filled.append(_judged(part, planes, found))
        if is_over:
            break
    return filled


def _judged(
    part: Asked,
    planes: NDArray[np.float32],
    fills: list[NDArray[np.float32]],
) -> FilledPart:
    made = np.stack(fills)
    judged = HeldOut.of(made, planes, part.held_out)
    return FilledPart(*part, made, depth_of(part.missing), judged)

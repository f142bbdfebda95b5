"""A first guess of an image, where a network has not been yet."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from napari_dip.grid.binning import bin_planes
from napari_dip.grid.by_axes import linear
from napari_dip.grid.regions import Region, Shape


def first_guess(
    planes: NDArray[Any], known: NDArray[np.bool_], shape: Shape
) -> NDArray[np.float32]:
    """Fill missing pixels smoothly, and upsample linearly.

    Parameters
    ----------
    planes : ndarray
        ``(channels, *shape)``.
    known : ndarray of bool
        Same shape; False where a pixel is missing.
    shape : tuple of int
        Shape of the result: as many pixels, or a multiple.
    """
    filled = _fill(planes, known)
    return filled if filled.shape[1:] == shape else _upsample(filled, shape)


def _fill(
    planes: NDArray[Any], known: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Take from ever coarser means what is missing."""
    kept = np.where(known, planes, 0).astype(np.float32)
    if known.all() or planes[0].size == 1:
        return kept
    guess = _fill(*bin_planes(planes, known, 2))
    finer = _upsample(guess, tuple(2 * n for n in guess.shape[1:]))
    inside = Region.whole(planes.shape[1:])
    np.copyto(kept, inside.cut(finer), where=~known)
    return kept


def _upsample(
    planes: NDArray[np.float32], shape: Shape
) -> NDArray[np.float32]:
    finer: NDArray[np.float32] = F.interpolate(
        torch.from_numpy(planes)[None], shape, mode=linear[len(shape)]
    )[0].numpy()
    return finer

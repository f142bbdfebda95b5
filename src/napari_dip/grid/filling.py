"""A first guess of an image, where a network has not been yet."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from napari_dip.grid.binning import bin_planes


def first_guess(
    planes: NDArray[Any], known: NDArray[np.bool_], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Fill missing pixels smoothly, and enlarge linearly.

    Parameters
    ----------
    planes : ndarray
        ``(channels, rows, columns)``.
    known : ndarray of bool
        Same shape; False where a pixel is missing.
    shape : tuple of int
        Rows and columns of the result: as many, or a multiple.
    """
    filled = _fill(planes, known)
    return filled if filled.shape[1:] == shape else _enlarge(filled, shape)


def _fill(
    planes: NDArray[Any], known: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Take from ever coarser means what is missing."""
    rows, columns = planes.shape[1:]
    kept = np.where(known, planes, 0).astype(np.float32)
    if known.all() or (rows, columns) == (1, 1):
        return kept
    guess = _fill(*bin_planes(planes, known, 2))
    finer = _enlarge(guess, (2 * guess.shape[1], 2 * guess.shape[2]))
    np.copyto(kept, finer[:, :rows, :columns], where=~known)
    return kept


def _enlarge(
    planes: NDArray[np.float32], shape: tuple[int, int]
) -> NDArray[np.float32]:
    finer: NDArray[np.float32] = F.interpolate(
        torch.from_numpy(planes)[None], shape, mode='bilinear'
    )[0].numpy()
    return finer

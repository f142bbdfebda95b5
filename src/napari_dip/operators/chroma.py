"""Colours beside the brightness, as JPEG holds them: fewer, and rounded."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.by_axes import linear
from napari_dip.operators.quantisation import BLOCK, Quantisation

# Brightness and two colours of red, green and blue (ITU-R BT.601).
_MATRIX = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.168736, -0.331264, 0.5],
        [0.5, -0.418688, -0.081312],
    ]
)
# Until a mean of what readers interpolate is the value that was stored: each
# step takes three quarters of the difference or more.
_STEPS = 10


def clean_chroma(
    rgb: NDArray[np.float32],
    steps: NDArray[np.float64],
    sampling: tuple[int, int],
) -> NDArray[np.float32]:
    """Take from the colours of a decompressed image what JPEG has added.

    Blocks with a clipped pixel keep theirs: they are not what was stored.

    Parameters
    ----------
    rgb : (3, M, N) ndarray
        The image, in grey levels.
    steps : (2, 8, 8) ndarray
        What the coefficients of the colours were rounded to.
    sampling : tuple of int
        Rows and columns that share one value, at most 2 each.
    """
    values = np.tensordot(_MATRIX, rgb.astype(float), 1)
    colours = torch.from_numpy(values[1:].astype(np.float32))[None]
    stored = _reduce(colours, sampling)
    operator = Quantisation(
        stored,
        torch.from_numpy(steps.astype(np.float32)),
        zero=torch.zeros(len(steps)),
    )
    found = operator.project(operator.average(stored))
    change = _enlarge(found - stored, sampling)
    clipped = ((rgb <= 0) | (rgb >= 255)).any(0)
    change = change * ~_blocks_of(torch.from_numpy(clipped), sampling)
    values[1:] += change[0, :, : rgb.shape[1], : rgb.shape[2]].numpy()
    return np.tensordot(np.linalg.inv(_MATRIX), values, 1).astype(np.float32)


def _reduce(colours: Tensor, sampling: tuple[int, int]) -> Tensor:
    """Find the values that readers have interpolated."""
    rows, columns = (
        -length % factor
        for length, factor in zip(colours.shape[2:], sampling, strict=True)
    )
    whole = F.pad(colours, (0, columns, 0, rows), mode='replicate')
    found = F.avg_pool2d(whole, sampling)
    for _ in range(_STEPS if max(sampling) > 1 else 0):
        found = found + F.avg_pool2d(
            whole - _enlarge(found, sampling), sampling
        )
    return found


def _enlarge(stored: Tensor, sampling: tuple[int, int]) -> Tensor:
    """Interpolate as readers of JPEG do."""
    if max(sampling) == 1:
        return stored
    factors = tuple(map(float, sampling))
    return F.interpolate(stored, scale_factor=factors, mode=linear[2])


def _blocks_of(marked: Tensor, sampling: tuple[int, int]) -> Tensor:
    """Mark all pixels of the blocks that hold a marked one."""
    side = BLOCK * sampling[0], BLOCK * sampling[1]
    rows, columns = (
        -length % one for length, one in zip(marked.shape, side, strict=True)
    )
    whole = F.pad(marked.float()[None, None], (0, columns, 0, rows))
    blocks = F.interpolate(
        F.max_pool2d(whole, side), size=tuple(whole.shape[2:])
    )
    height, width = (
        -(-n // s) * s for n, s in zip(marked.shape, sampling, strict=True)
    )
    return blocks[..., :height, :width] > 0

"""Orthonormal bases along an axis: cosines, and Haar's."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def cosine_basis(size: int) -> Tensor:
    """Rows of the orthonormal cosine transform (DCT-II), ``(size, size)``."""
    index = torch.arange(size, dtype=torch.float64)
    rows = torch.cos(math.pi * (index + 0.5) * index[:, None] / size)
    rows *= math.sqrt(2 / size)
    rows[0] /= math.sqrt(2)
    return rows


def haar_basis(size: int) -> Tensor:
    """Rows of the orthonormal Haar transform, ``(size, size)``.

    Parameters
    ----------
    size : int
        A power of two.

    References
    ----------
    .. [1] A. Haar, "Zur Theorie der orthogonalen Funktionensysteme",
           Mathematische Annalen 69, 1910.

    Examples
    --------
    >>> from napari_dip.grid.bases import haar_basis
    >>> haar_basis(2)
    tensor([[ 0.7071,  0.7071],
            [ 0.7071, -0.7071]], dtype=torch.float64)
    """
    if size == 1:
        return torch.ones(1, 1, dtype=torch.float64)
    half = haar_basis(size // 2)
    one = torch.ones(2, dtype=half.dtype)
    means = torch.kron(half, one)
    differences = torch.kron(torch.eye(size // 2, dtype=half.dtype), one)
    differences[:, 1::2] *= -1
    return torch.cat([means, differences]) / 2**0.5

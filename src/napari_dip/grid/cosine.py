"""The basis of the cosine transform."""

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

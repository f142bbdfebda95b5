"""Where the planes of a result go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.stacks.stack import Index


class Target:
    """Takes planes as they are made; those that are not yet there are NaN.

    Parameters
    ----------
    array : ndarray or zarr array
        Full of NaN; what is assigned to it stays.
    """

    def __init__(self, array: Any) -> None:
        #: All of it.
        self.array = array

    def put(self, index: Index, plane: NDArray[np.float32]) -> None:
        """Put a plane where it belongs, or an estimate of it."""
        self.array[index] = plane

    def clear(self, index: Index) -> None:
        """Take an estimate out again."""
        self.array[index] = np.nan

    def keep(self, index: Index) -> None:
        """Take note that a plane is finished."""

    def has(self, index: Index) -> bool:
        """Whether a plane was finished by an earlier run."""
        return False

    def complete(self) -> None:
        """Take note that all planes are finished."""


#: From the shape of a result to where its planes go.
MakeTarget = Callable[[tuple[int, ...]], Target]

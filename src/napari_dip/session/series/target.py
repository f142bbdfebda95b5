"""Where the planes of a result go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.stacks.stack import Index


class Target(Protocol):
    """Takes planes as they are made; those that are not yet there are NaN."""

    @property
    def array(self) -> Any:
        """All of it."""

    def put(self, index: Index, plane: NDArray[np.float32]) -> None:
        """Put a plane where it belongs."""

    def clear(self, index: Index) -> None:
        """Take a plane out again."""

    def has(self, index: Index) -> bool:
        """Whether a plane was there before."""


class OnDisk(Target):
    """An array that is written to as it is assigned to, and holds NaN.

    Parameters
    ----------
    array : zarr array
        The array.
    resumed : bool
        Whether an earlier run may have written planes.
    """

    def __init__(self, array: Any, *, resumed: bool = False) -> None:
        self._array = array
        self._resumed = resumed

    @property
    def array(self) -> Any:
        """The array itself."""
        return self._array

    def put(self, index: Index, plane: NDArray[np.float32]) -> None:
        """Write a plane."""
        self._array[index] = plane

    def clear(self, index: Index) -> None:
        """Make a plane what it was at first."""
        self._array[index] = np.nan

    def has(self, index: Index) -> bool:
        """Whether an earlier run has written a plane."""
        return self._resumed and bool(np.isfinite(self._array[index]).any())


class InMemory(Target):
    """An array in memory.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._array = np.full(shape, np.nan, np.float32)

    @property
    def array(self) -> NDArray[np.float32]:
        """The array itself, no copy."""
        return self._array

    def put(self, index: Index, plane: NDArray[np.float32]) -> None:
        """Write a plane."""
        self._array[index] = plane

    def clear(self, index: Index) -> None:
        """Make a plane what it was at first."""
        self._array[index] = np.nan

    def has(self, index: Index) -> bool:
        """Nothing was."""
        return False


#: From the shape of a result to where its planes go.
MakeTarget = Callable[[tuple[int, ...]], Target]

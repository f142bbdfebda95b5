"""A few iterates kept, so that a person can go back to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Snapshot:
    """An iterate.

    Parameters
    ----------
    iteration : int
        Iteration after which it was taken.
    image : ndarray of float32
        In the units and axes of the result.
    """

    iteration: int
    image: NDArray[np.float32]


class Snapshots:
    """At most `capacity` snapshots, spread over the whole fit.

    When full, every second one is dropped and from then on only every second
    one offered is taken, so that memory stays bounded and the spread even.

    Parameters
    ----------
    capacity : int
        Greatest number kept, at least 2.
    """

    def __init__(self, capacity: int = 16) -> None:
        self.capacity = capacity
        self._stride = 1
        self._offered = 0
        self._kept: list[Snapshot] = []

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, index: int) -> Snapshot:
        return self._kept[index]

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self._kept)

    def add(self, snapshot: Snapshot) -> None:
        """Offer a snapshot."""
        if self._offered % self._stride == 0:
            self._kept.append(snapshot)
        self._offered += 1
        if len(self._kept) > self.capacity:
            self._kept = self._kept[::2]
            self._stride *= 2

    def clear(self) -> None:
        """Forget all of them and start anew."""
        self._kept = []
        self._stride = 1
        self._offered = 0

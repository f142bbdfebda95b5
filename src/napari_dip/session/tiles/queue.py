"""Tiles that wait for their fit, smaller where memory is short."""

from __future__ import annotations

import math

from napari_dip.grid.regions import Region
from napari_dip.session.tiles.plan import Plan


class Queue:
    """Tiles that wait, the current one included, and how much they are.

    Parameters
    ----------
    plan : Plan
        What is cut into tiles.
    """

    def __init__(self, plan: Plan) -> None:
        # The current tile, or the next, is the last.
        self._waiting = plan.windows()[::-1]
        self._largest = math.inf
        #: Pixels of the tiles that are finished.
        self.done = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def rest(self) -> int:
        """Pixels of all that wait."""
        return sum(tile.size for tile in self._waiting)

    @property
    def share(self) -> float:
        """Part of these that the current tile is."""
        return self._waiting[-1].size / self.rest

    def current(self, plan: Plan) -> Region:
        """Return the current tile, no larger than what had room."""
        while self._side() > self._largest and self._halve(plan):
            pass
        return self._waiting[-1]

    def make_smaller(self, plan: Plan) -> bool:
        """Replace the current tile by smaller ones; False if too small."""
        halved = self._halve(plan)
        if halved:
            self._largest = self._side()
        return halved

    def finish(self) -> None:
        """Take the current tile out."""
        self.done += self._waiting.pop().size

    def _halve(self, plan: Plan) -> bool:
        parts = plan.halve(self._waiting[-1])
        if parts:
            self._waiting[-1:] = parts[::-1]
        return bool(parts)

    def _side(self) -> int:
        return max(self._waiting[-1].shape)

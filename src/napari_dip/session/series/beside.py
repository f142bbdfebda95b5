"""Planes of a series begun ahead, since the filters of others look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from napari_dip.engine.problem import Neighbour
from napari_dip.filters.neighbours import around
from napari_dip.images.stacks.stack import Index
from napari_dip.session.base import Restoration
from napari_dip.session.series.plan import LeftAsItIsError
from napari_dip.session.series.times import SeriesTimes
from napari_dip.session.session import Session


class Beside:
    """Keeps the planes of a network, as far as those beside them need them.

    Parameters
    ----------
    every : sequence
        Where all planes of the network lie.
    begin : callable
        Begins one of them with what was learnt.
    times : SeriesTimes
        Is told of those that are begun ahead.
    """

    def __init__(
        self,
        every: Sequence[Index],
        begin: Callable[[Index], Restoration],
        times: SeriesTimes,
    ) -> None:
        self._every = every
        self._begin = begin
        self._times = times
        # By their numbers: those ahead, and what is seen of all at hand.
        self._ahead: dict[int, Restoration] = {}
        self._seen: dict[int, Neighbour | None] = {}

    def take(self, place: Index) -> Restoration:
        """Return a plane that was begun ahead, or begin it.

        It raises what beginning it does.
        """
        number = self._every.index(place)
        plane = self._ahead.pop(number, None)
        if plane is None:
            plane = self._begin(place)
        else:
            self._times.take_ahead()
        if not plane.finished:
            # What is fitted by itself has another grid.
            self._seen[number] = None
        return plane

    def show(self, plane: Restoration, place: Index) -> None:
        """Let a plane that is complete but for its filters look around."""
        number = self._every.index(place)
        self._look_at(number, plane)
        if not isinstance(plane, Session) or self._seen[number] is None:
            return
        near = around(number, len(self._every))
        for other in near:
            if other not in self._seen:
                self._look_ahead(other)
        found = [self._seen[other] for other in near]
        plane.look_beside(tuple(one for one in found if one is not None))
        self._forget(self._seen.keys() - {number, *near})

    def close(self) -> None:
        """Give the memory back."""
        self._forget({*self._seen, *self._ahead})
        self._times.forget_ahead()

    def _look_ahead(self, number: int) -> None:
        try:
            with self._times.beginning_ahead():
                plane = self._begin(self._every[number])
                self._look_at(number, plane)
        except LeftAsItIsError:
            self._seen[number] = None
            return
        self._ahead[number] = plane

    def _look_at(self, number: int, plane: Restoration) -> None:
        if number not in self._seen:
            seen = None
            if isinstance(plane, Session):
                seen = plane.as_neighbour()
            self._seen[number] = seen

    def _forget(self, numbers: set[int]) -> None:
        for number in numbers:
            self._seen.pop(number, None)
            plane = self._ahead.pop(number, None)
            if plane is not None:
                self._times.drop_ahead()
                plane.close()

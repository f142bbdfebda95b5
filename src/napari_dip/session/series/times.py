"""How long a series has left: what its planes took so far, for the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from napari_dip.device.clock import Clock
from napari_dip.session.progress import Progress
from napari_dip.session.series.plan import SeriesPlan
from napari_dip.session.series.sheet import count_pixels
from napari_dip.session.session import Session


class SeriesTimes:
    """Counts planes and tells the time that the others take.

    Parameters
    ----------
    plan : SeriesPlan
        The series.
    clock : Clock
        Of the restoration.
    """

    def __init__(self, plan: SeriesPlan, clock: Clock) -> None:
        self.done = 0
        #: Planes that are done with the network at hand.
        self.done_in_share = 0
        self.total = plan.num_planes
        # Networks that are to be fitted after the one at hand.
        self._networks = sum(share.learn is not None for share in plan.shares)
        self._is_shared = self._networks > 0
        self._first = 0.0
        self._shape = plan.stack.plane_sides
        self._places = len(plan.shares[0].places)
        self._clock = clock
        self._begun = clock.elapsed
        self._of_planes = 0.0
        self._of_learning = 0.0
        self._a_plane = 0.0
        self._learning: Session | None = None
        # Planes begun ahead that are not done, and whether that at hand is
        # one; seconds of each such beginning, and of those since the last
        # plane was done.
        self._ahead, self._is_begun = 0, False
        self._beginnings: list[float] = []
        self._meanwhile = 0.0

    def begin_learning(self, learning: Session) -> None:
        """Take in that the fit of a network begins."""
        self._learning = learning
        self._networks -= 1
        self._begun = self._clock.elapsed
        self.done_in_share = 0

    def end_learning(self, learning: Session) -> None:
        """Take in that it has ended."""
        self._a_plane = self._expected(learning)
        self._of_learning = self._clock.elapsed - self._begun
        self._learning = None
        self._begun = self._clock.elapsed

    @contextmanager
    def beginning_ahead(self) -> Iterator[None]:
        """Context in which a plane is begun while another is at hand."""
        since = self._clock.elapsed
        yield
        self._ahead += 1
        self._beginnings.append(self._clock.elapsed - since)
        self._meanwhile += self._beginnings[-1]

    def take_ahead(self) -> None:
        """Take in that the plane at hand was begun ahead."""
        self._is_begun = True

    def drop_ahead(self) -> None:
        """Take in that one begun ahead was there already."""
        self._ahead -= 1

    def forget_ahead(self) -> None:
        """Take in that planes begun ahead are to be begun again."""
        self._ahead, self._is_begun = 0, False

    def finish_plane(self) -> None:
        """Take in that a plane is done."""
        now = self._clock.elapsed
        self._of_planes += now - self._begun
        if not self.done and not self._is_shared:
            self._first = now - self._begun
        self._begun, self._meanwhile = now, 0.0
        self._ahead -= self._is_begun
        self._is_begun = False
        self.done += 1
        self.done_in_share += 1
        spent, number = self._of_planes, self.done
        spent -= self._ahead * self._a_beginning
        if number > 1 and self._first:
            # Those that follow may go on from it, and take less.
            spent, number = spent - self._first, number - 1
        self._a_plane = max(spent, 0.0) / number

    def remaining(self, latest: Progress | None) -> float:
        """Seconds until all planes are done."""
        planes = self.total - self.done
        if self._learning is not None and latest is not None:
            fit = max(latest.remaining - self._learning.last_steps, 0.0)
            seconds = fit + self._networks * (latest.elapsed + fit)
            seconds += planes * self._expected(self._learning)
        else:
            now = 0.0 if latest is None else latest.remaining
            spent = self._clock.elapsed - self._begun - self._meanwhile
            plane = self._a_plane or spent + now
            seconds = self._networks * self._of_learning + planes * plane
            spent += self._is_begun * self._a_beginning
            others = (self._ahead - self._is_begun) * self._a_beginning
            seconds = max(seconds - min(spent, plane) - others, 0.0)
        left = self._clock.left
        return seconds if left is None else max(min(seconds, left), 0.0)

    @property
    def _a_beginning(self) -> float:
        """Seconds that a plane takes until those beside it can look at it."""
        taken = self._beginnings
        return sum(taken) / len(taken) if taken else 0.0

    def _expected(self, learning: Session) -> float:
        """Seconds that a plane takes, by the speed of the fit."""
        sheet = count_pixels(self._places, self._shape)
        return learning.last_steps * math.prod(self._shape) / sheet

"""How long a series has left: what its planes took so far, for the rest."""

from __future__ import annotations

import math

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
        self._shape = plan.stack.plane_sides
        self._places = len(plan.shares[0].places)
        self._clock = clock
        self._begun = clock.elapsed
        self._of_planes = 0.0
        self._of_learning = 0.0
        self._a_plane = 0.0
        self._learning: Session | None = None

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

    def finish_plane(self) -> None:
        """Take in that a plane is done."""
        now = self._clock.elapsed
        self._of_planes += now - self._begun
        self._begun = now
        self.done += 1
        self.done_in_share += 1
        self._a_plane = self._of_planes / self.done

    def remaining(self, latest: Progress | None) -> float:
        """Seconds until all planes are done."""
        planes = self.total - self.done
        if self._learning is not None and latest is not None:
            fit = max(latest.remaining - self._learning.last_steps, 0.0)
            seconds = fit + self._networks * (latest.elapsed + fit)
            seconds += planes * self._expected(self._learning)
        else:
            now = 0.0 if latest is None else latest.remaining
            seconds = self._networks * self._of_learning
            seconds += planes * (self._a_plane or now)
            if self.done:
                spent = self._clock.elapsed - self._begun
                seconds -= min(spent, self._a_plane)
        left = self._clock.left
        return seconds if left is None else max(min(seconds, left), 0.0)

    def _expected(self, learning: Session) -> float:
        """Seconds that a plane takes, by the speed of the fit."""
        sheet = count_pixels(self._places, self._shape)
        return learning.last_steps * math.prod(self._shape) / sheet

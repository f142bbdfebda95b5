"""A series under way: one network for its planes, then plane by plane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import Clock
from napari_dip.engine.state import StopReason
from napari_dip.images.stacks.stack import Index
from napari_dip.presets.options import Learnt
from napari_dip.session.base import Restoration, Snapshot, Snapshots
from napari_dip.session.progress import Brief, Phase, Progress
from napari_dip.session.record import Record
from napari_dip.session.series.account import Account, brief_of, say_end
from napari_dip.session.series.beside import Beside
from napari_dip.session.series.plan import LeftAsItIsError, SeriesPlan
from napari_dip.session.series.target import Target
from napari_dip.session.series.times import SeriesTimes
from napari_dip.session.session import Session

Image = NDArray[np.float32]


class SeriesSession(Restoration):
    """A restoration of many planes.

    One that is stopped keeps its finished planes, and goes on with the
    others if it is extended. Stopped while the network is fitted, it applies
    what that has learnt so far.

    Parameters
    ----------
    plan : SeriesPlan
        What it is made from.
    clock : Clock, optional
        With what was spent on the preparation, and the limit, which is
        shared among the planes.
    target, uncertainty : Target
        Where planes go, and their uncertainty if it is asked for.
    """

    brief: Brief

    def __init__(
        self,
        plan: SeriesPlan,
        *,
        clock: Clock | None = None,
        target: Target,
        uncertainty: Target | None = None,
    ) -> None:
        plan = plan.left_by(target.has)
        self.snapshots = Snapshots()
        #: The plane that previews are made of while its network is fitted.
        self.shown: Index | None = None
        self._plan = plan
        self._clock = clock or Clock()
        self._target = target
        self._doubt = uncertainty
        self._account = Account(plan)
        self._shares = plan.shares[::-1]
        self._waiting: list[Index] = plan.shares[0].places[::-1]
        self._learning: Session | None = None
        self._learnt: Learnt | None = None
        # What the last plane has, where each is fitted by itself.
        self._before: Learnt | None = None
        self._plane: Restoration | None = None
        self._is_fitting = True
        self._times = times = SeriesTimes(plan, self._clock)
        self._beside = Beside(plan.shares[0].every, self._begin_at, times)
        self._reason: StopReason | None = None
        # Whether the fit at hand was cut short.
        self._early = False
        self._rough: dict[str, Index] = {}  # Previews, by plane.
        self._is_open = True
        self._begin()

    def __next__(self) -> Progress:
        """Do one iteration, or restore one plane.

        Raises
        ------
        StopIteration
            If the restoration has ended.
        """
        if self.finished or not self._is_open:
            raise StopIteration
        with self._at_work():
            self._advance()
        return self.progress

    @property
    def progress(self) -> Progress:
        """Where the restoration stands."""
        part = self._learning or self._plane
        latest = part.progress if part else None
        usual = Phase.FITTING if self._learnt is None else Phase.ESTIMATE
        phase = latest.phase if latest else usual
        done, now, planned = self._account.iterations, 0, 0
        if latest and self._is_fitting:
            now, planned = latest.iteration, latest.num_iter
        return Progress(
            done + now,
            done + max(planned, now),
            float('nan') if latest is None else latest.loss,
            None if latest is None else latest.metric,
            0 if latest is None else latest.best_iteration,
            self._clock.elapsed,
            0.0 if self.finished else self._times.remaining(latest),
            self._reason_text() if self.finished else None,
            Phase.DONE if self.finished else phase,
            plane=min(self._times.done + 1, self._times.total),
            num_planes=self._times.total,
            is_shared=self._learning is not None,
        )

    @property
    def finished(self) -> bool:
        """Whether it has ended; :meth:`extend` goes on with what is left."""
        return self._reason is not None

    def show_plane(self, place: Index) -> None:
        """Make previews of another plane; results do not depend on it."""
        self.shown = place

    def show_estimate(self, place: Index, image: Image) -> None:
        """Show an estimate of a plane until that is restored."""
        if image.shape == self._target.array[place].shape:
            self._show(place, image)

    def preview(self) -> Any:
        """Return the result as far as it is, not a copy."""
        with self._at_work():
            part = self._learning or self._plane
            if part is None or not part.progress.iteration:
                return self._target.array
            place = self._waiting[-1]
            if self._learning is not None:
                learnt, threads = self._learning.learnt(), self.brief.threads
                place = self.shown if self.shown in self._waiting else place
                self._show(place, self._plan.look_at(place, learnt, threads))
            elif self._is_fitting:
                self._show(place, part.preview())
        return self._target.array

    def take_snapshot(self) -> Snapshot:
        """Return the result as far as it is; of a series none is kept."""
        return Snapshot(self.progress.iteration, self.preview())

    def result(self) -> Any:
        """Return all planes that are restored; the others are NaN."""
        if self._is_open:
            with self._at_work():
                self._apply_early()
                for place in self._rough.values():
                    self._target.clear(place)
                self._rough.clear()
        return self._target.array

    def stop(self) -> None:
        """End with the planes that are done, or what was learnt so far."""
        if self.finished:
            return
        with self._at_work():
            if self._learning is not None:
                self._early = True
                self._learning.stop()
                self._end_learning()
            elif self._plane is not None and not self._times.done:
                self._early = self._learnt is None
                self._plane.stop()
            self._reason = StopReason.USER

    @property
    def nothing_left(self) -> str:
        """Why it cannot go on: it can as long as a plane is left."""
        is_left = self._waiting or len(self._shares) > 1
        return '' if is_left else 'All planes are complete; start again.'

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Go on with the planes that are left."""
        del num_iter
        if self.nothing_left:
            return
        self._go_on(time_limit)
        self._reason = None
        self._beside.close()
        if self._plane is not None:
            self._plane.close()
            self._plane = None
        self._begin()

    def record(self) -> Record:
        """Return the account of what was done so far."""
        return self._account.record(
            self.brief,
            self._reason or StopReason.USER,
            self._reason_text(),
            self._clock.elapsed,
            None if self._doubt is None else self._doubt.array,
        )

    def close(self) -> None:
        """Give the memory of all fits back."""
        self._is_open = False
        self._beside.close()
        for part in (self._learning, self._plane):
            if part is not None:
                part.close()
        self._learning = self._plane = self._learnt = self._before = None

    def _begin(self) -> None:
        """Begin what is next, so that a wrong argument is told at once."""
        while not self.finished and self._plane is None:
            if self._shares[-1].learn is not None and self._learnt is None:
                if self._learning is None:
                    self._learning = self._start_learning()
                return
            self._begin_plane()
        if not hasattr(self, 'brief'):
            told = ''.join(self._account.notes()[-1:])
            raise ValueError(f'image: no plane can be restored. {told}')

    def _start_learning(self) -> Session:
        share = self._shares[-1]
        assert share.learn is not None
        left = self._clock.left
        limit = None if left is None else left / 2 / len(self._shares)
        learning = self._adopt_brief(share.learn(limit))
        assert isinstance(learning, Session)
        self._times.begin_learning(learning)
        self._is_fitting = True
        return learning

    def _begin_plane(self) -> None:
        """Begin the next plane in which there is something to restore."""
        place = self._waiting[-1]
        try:
            self._plane = self._beside.take(place)
            self._is_fitting = not self._plane.finished
        except LeftAsItIsError as why:
            self._account.say(str(why), self._plan.stack.say_plane(place))
            self._finish_plane(self._plan.as_it_is(place), None)

    def _begin_at(self, place: Index) -> Restoration:
        left = self._clock.left
        limit = None if left is None else left / len(self._waiting)
        learnt = self._learnt or self._before
        return self._adopt_brief(self._plan.begin(place, learnt, limit))

    def _adopt_brief(self, part: Restoration) -> Restoration:
        """Let all parts have the threads of the first, and its brief."""
        if not hasattr(self, 'brief'):
            self.brief = brief_of(part.brief, self._plan)
        part.brief = replace(part.brief, threads=self.brief.threads)
        part.check = lambda _: self._ask()
        return part

    def _advance(self) -> None:
        left = self._clock.left
        if left is not None and left <= 0 and self._times.done:
            self._reason = StopReason.TIME_LIMIT
            return
        self._begin()
        if self._learning is not None:
            next(self._learning)
            if self._learning.finished:
                self._end_learning()
        elif self._plane is not None:
            if not self._plane.finished:
                next(self._plane)
            if self._plane.finished:
                self._settle(self._plane)

    def _end_learning(self) -> None:
        learning, self._learning = self._learning, None
        assert learning is not None
        self._times.end_learning(learning)
        self._learnt = learning.learnt()
        self._account.add(learning.record(), '', fitted=True)
        learning.close()

    def _settle(self, plane: Restoration) -> None:
        """Put a plane where it belongs; not if it was ended in haste."""
        place = self._waiting[-1]
        if self._learnt is not None:
            self._beside.show(plane, place)
        image = plane.result()
        record = plane.record()
        if self._in_haste and self._times.done:
            return
        name = self._plan.stack.say_plane(place)
        self._account.add(record, name, fitted=self._is_fitting)
        if self._learnt is None and isinstance(plane, Session):
            self._before = plane.learnt()
        self._finish_plane(image, record.uncertainty)
        plane.close()

    def _finish_plane(self, image: Image, uncertainty: Image | None) -> None:
        place = self._waiting.pop()
        self._target.put(place, image)
        if not self._early:
            # Another run makes the others as this one would have.
            self._target.keep(place)
        self._rough.pop(self._plan.stack.say_plane(place), None)
        if self._doubt is not None and uncertainty is not None:
            self._doubt.put(place, uncertainty)
        self._plane = None
        self._times.finish_plane()
        self._early &= bool(self._waiting) and self._learnt is not None
        if self._waiting:
            return
        self._shares.pop()
        self._beside.close()
        self._learnt = self._before = None
        if self._shares:
            share = self._shares[-1]
            self._waiting = share.places[::-1]
            self._beside = Beside(share.every, self._begin_at, self._times)
        else:
            self._reason = self._account.reason()
            self._target.complete()

    def _apply_early(self) -> None:
        """Apply what was learnt before the fit was stopped, to its planes."""
        if self._reason is not StopReason.USER:
            return
        if self._plane is not None and not self._times.done:
            self._settle(self._plane)
        if self._learnt is None or self._times.done_in_share:
            return
        share, self._reason = self._shares[-1], None
        while share in self._shares and not self._ask():
            self._advance()
        if self._waiting:
            self._reason = StopReason.USER

    def _show(self, place: Index, image: Image | None) -> None:
        if image is not None and not self._target.has(place):
            self._rough[self._plan.stack.say_plane(place)] = place
            self._target.put(place, image)

    def _reason_text(self) -> str:
        reason, limit = self._reason or StopReason.USER, self._clock.limit
        done, total = self._times.done, self._times.total
        return say_end(reason, self.brief, limit, total - done, total)

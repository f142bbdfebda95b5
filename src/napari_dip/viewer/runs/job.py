"""What a worker does: session in, updates out. No Qt, no layers."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

from napari_dip.device.clock import CutShort
from napari_dip.session.progress import preparing
from napari_dip.viewer.errors import EXPECTED, describe_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from napari_dip.images.stacks.stack import Index
    from napari_dip.session.base import Restoration, Snapshot
    from napari_dip.session.progress import Progress
    from napari_dip.viewer.request import Request

#: Seconds between two updates. Each makes the window paint anew, which takes
#: a software renderer a twentieth of a second.
UPDATE_INTERVAL = 0.2
# Previews may take at most this part of the time.
_PREVIEW_SHARE = 0.15


def preview_pause(seconds: float, rate: float) -> float:
    """Return the seconds of the fit from one preview to the next.

    Parameters
    ----------
    seconds : float
        What a preview takes.
    rate : float
        Most previews a second.
    """
    return max(1 / rate, seconds / _PREVIEW_SHARE)


@dataclass(frozen=True)
class Update:
    """What a run has to tell while it goes on.

    Parameters
    ----------
    progress : Progress
        Where it stands.
    curve : list of (int, float, float or None)
        Iteration, loss and stopping metric since the last update.
    preview : Snapshot or None
        A new estimate to show.
    """

    progress: Progress
    curve: list[tuple[int, float, float | None]]
    preview: Snapshot | None


@dataclass(frozen=True)
class Outcome:
    """What a run ends with.

    Parameters
    ----------
    progress : Progress
        The last.
    image : ndarray of float32
        The result.
    record : dict
        JSON-safe account of the restoration, without histories.
    snapshots : list of Snapshot
        Iterates kept on the way.
    curve : list of (int, float, float or None)
        What the updates had not told.
    uncertainty : ndarray of float32 or None
        Of the result, if it was asked for.
    companions : dict of str to ndarray of float32
        Further images of the shape of the result, by name.
    curves : dict of str to list of (int, float)
        Further figures over the iterations, by name.
    nothing_left : str
        Why it cannot be continued; empty if it can.
    """

    progress: Progress
    image: NDArray[np.float32]
    record: dict[str, Any]
    snapshots: list[Snapshot]
    curve: list[tuple[int, float, float | None]] = field(default_factory=list)
    uncertainty: NDArray[np.float32] | None = None
    companions: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    nothing_left: str = ''


def _ignore(update: Update) -> None:
    """Nobody is to be told."""


def _no() -> bool:
    """Nobody aborts."""
    return False


@dataclass(frozen=True)
class Failure:
    """What a run ends with that cannot go on.

    Parameters
    ----------
    message : str
        What went wrong, in a sentence.
    """

    message: str


class Job:
    """The worker's share of a run; owns the session.

    napari keeps a worker, and with it the frame of an aborted generator,
    until its window closes. So the frame of :meth:`work` refers to this
    object alone, and :meth:`release` empties it.

    Parameters
    ----------
    request : Request
        What to do.
    preview_rate : float
        Most previews a second.
    """

    def __init__(self, request: Request, preview_rate: float) -> None:
        self._request: Request | None = request
        self._session: Restoration | None = None
        self._preview_rate = preview_rate
        self._next_preview = 0.0
        self._curve: list[tuple[int, float, float | None]] = []
        self._noted: tuple[float, float | None] | None = None
        self._tell: Callable[[Update], object] = _ignore
        self._is_aborted: Callable[[], bool] = _no
        self._due = 0.0
        self._stop = Event()
        self._may_go_on = Event()
        self._may_go_on.set()

    def watch(
        self,
        tell: Callable[[Update], object],
        is_aborted: Callable[[], bool],
    ) -> None:
        """Say whom to tell in long steps, in which nothing is yielded.

        Parameters
        ----------
        tell : callable
            Takes an update, in the worker's thread.
        is_aborted : callable
            Whether the worker is to end without a result.
        """
        self._tell, self._is_aborted = tell, is_aborted

    def pause(self) -> None:
        """Wait after the current iteration, or within a long step."""
        self._may_go_on.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._may_go_on.set()

    def stop(self) -> None:
        """End with the best estimate so far; again, the last steps too."""
        self._stop.set()
        self._may_go_on.set()

    def show_plane(self, place: Index) -> None:
        """Make previews of this plane of a series, as soon as it is one."""
        if self._session is not None:
            self._session.show_plane(place)

    def release(self) -> None:
        """Give the memory back and let go of session and image."""
        session, self._session, self._request = self._session, None, None
        self._tell, self._is_aborted = _ignore, _no
        if session is not None:
            session.check = None
            session.close()

    def work(
        self, extend_by: int = 0
    ) -> Generator[Update | None, None, Outcome | Failure | None]:
        """Do the work, in the worker's thread.

        Parameters
        ----------
        extend_by : int
            Iterations to add to a session that has ended.

        Yields
        ------
        Update or None
            A few times a second; None just lets the worker look
            whether it was aborted.

        Returns
        -------
        Outcome or Failure
            How it ended.
        """
        try:
            yield None
            self._begin(extend_by)
            yield from self._iterate()
            return self._conclude()
        except CutShort:
            # Nothing is prepared, and whoever ended it knows.
            return None
        except EXPECTED as error:
            return Failure(describe_error(error))

    def _begin(self, extend_by: int) -> None:
        self._stop.clear()
        self._next_preview = 0.0
        if extend_by and self._session is not None:
            self._session.extend(extend_by)
        elif self._request is not None:
            with preparing(self._check):
                self._session = self._request.start()
            self._request = None
        if self._session is not None:
            self._session.check = self._check

    def _iterate(self) -> Generator[Update | None, None, None]:
        self._due = 0.0
        while self._session is not None and not self._session.finished:
            while not self._may_go_on.wait(UPDATE_INTERVAL):
                yield None
            if self._stop.is_set():
                # The next one is for the last steps.
                self._stop.clear()
                self._session.stop()
                return
            self._note(next(self._session))
            if time.monotonic() >= self._due:
                yield self._update()
                self._due = time.monotonic() + UPDATE_INTERVAL

    def _check(self, progress: Progress) -> bool:
        """Tell how far a long step is, and wait or end it as asked."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + UPDATE_INTERVAL
            self._tell(Update(progress, self._take_curve(), None))
        while not self._may_go_on.wait(UPDATE_INTERVAL):
            if self._is_aborted():
                break
        return self._stop.is_set() or self._is_aborted()

    def _note(self, progress: Progress) -> None:
        """Take a point where loss or metric are new; most are repeats."""
        if (progress.loss, progress.metric) != self._noted:
            self._noted = (progress.loss, progress.metric)
            self._curve.append((progress.iteration, *self._noted))

    def _update(self) -> Update:
        assert self._session is not None
        preview = self._preview()
        return Update(self._session.progress, self._take_curve(), preview)

    def _take_curve(self) -> list[tuple[int, float, float | None]]:
        curve, self._curve = self._curve, []
        return curve

    def _preview(self) -> Snapshot | None:
        """Take a snapshot if one is due and would not slow the fit."""
        start = time.monotonic()
        if start < self._next_preview or self._session is None:
            return None
        snapshot = self._session.take_snapshot()
        end = time.monotonic()
        self._next_preview = end + preview_pause(
            end - start, self._preview_rate
        )
        return snapshot

    def _conclude(self) -> Outcome | None:
        session = self._session
        if session is None:
            return None
        image = session.result()
        record = session.record()
        return Outcome(
            session.progress,
            image,
            record.to_dict(histories=False),
            list(session.snapshots),
            self._take_curve(),
            record.uncertainty,
            record.companions,
            record.curves,
            session.nothing_left,
        )

"""What every restoration under way can be asked for, and how it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import Clock
from napari_dip.device.threads import use_threads
from napari_dip.images.stacks.stack import Index
from napari_dip.session.progress import Brief, Check, Progress
from napari_dip.session.record import Record


class Restoration(Iterator[Progress], Protocol):
    """A restoration that is asked for one iteration at a time.

    Either a :class:`~napari_dip.session.session.Session`, which fits an
    image at once, or a
    :class:`~napari_dip.session.tiled.TiledSession`, which fits it tile
    by tile.
    """

    brief: Brief
    snapshots: Snapshots
    #: Called now and then in whatever takes long beside iterations.
    check: Check | None = None
    _clock: Clock
    _in_haste: bool = False

    @property
    def progress(self) -> Progress:
        """Where it stands."""

    @property
    def finished(self) -> bool:
        """Whether it has ended."""

    def preview(self) -> NDArray[np.float32]:
        """Return a quick estimate, in the units and axes of the result."""

    def show_plane(self, place: Index) -> None:
        """Take in which plane of a series somebody looks at."""
        return

    def show_estimate(self, place: Index, image: NDArray[np.float32]) -> None:
        """Take in an earlier estimate of a plane of a series, to be shown."""
        return

    def take_snapshot(self) -> Snapshot:
        """Keep a quick estimate among the snapshots and return it."""
        snapshot = Snapshot(self.progress.iteration, self.preview())
        self.snapshots.add(snapshot)
        return snapshot

    def result(self) -> NDArray[np.float32]:
        """Return the best estimate so far, in the units of the data."""

    def stop(self) -> None:
        """End with the best estimate so far."""

    @property
    def nothing_left(self) -> str:
        """Why an ended restoration cannot go on; empty if it can."""
        return ''

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Let an ended restoration go on."""

    def record(self) -> Record:
        """Return the account of what was done so far."""

    def close(self) -> None:
        """Give the memory back."""

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Context whose time counts, on the threads of the restoration."""
        with use_threads(self.brief.threads), self._clock.running():
            yield

    def _go_on(self, time_limit: float | None) -> None:
        """Forget that there was no time; count on from here."""
        self._in_haste = False
        self._clock.limit = None
        if time_limit is not None:
            self._clock.limit = self._clock.elapsed + time_limit

    def _ask(self) -> bool:
        """Tell who watches how far a long step is; whether to end it."""
        if self.check is not None:
            with self._clock.held():
                answer = self.check(self.progress)
            if isinstance(answer, (bool, np.bool_)) and answer:
                self._in_haste = True
        return self._in_haste


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


#: Called after each iteration; returning True stops the fit and keeps the
#: best estimate so far.
Callback = Callable[[Progress], object]

Restored = NDArray[np.float32] | tuple[NDArray[np.float32], Record]


def run(
    session: Restoration,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Run a session to its end and close it.

    A keyboard interrupt ends the fit with the best estimate so far, once
    there is one; one in the last steps ends these.

    Parameters
    ----------
    session : Restoration
        A prepared restoration.
    callback : callable, optional
        Called with each :class:`Progress`; returning True stops.
    return_info : bool
        Whether to return the record too.

    Returns
    -------
    image : ndarray of float32
        The restored image.
    info : Record
        Only with `return_info`.
    """
    try:
        try:
            for progress in session:
                answer = callback(progress) if callback else None
                if isinstance(answer, (bool, np.bool_)) and answer:
                    session.stop()
        except KeyboardInterrupt:
            if session.progress.iteration == 0:
                raise
            session.stop()
        image = _result(session)
        return (image, session.record()) if return_info else image
    finally:
        session.close()


def _result(session: Restoration) -> NDArray[np.float32]:
    """Compute the result, in haste after a keyboard interrupt."""
    try:
        return session.result()
    except KeyboardInterrupt:
        session.check = lambda _: True
        return session.result()

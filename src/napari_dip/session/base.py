"""What every restoration under way can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import Clock
from napari_dip.device.threads import use_threads
from napari_dip.images.stacks.stack import Index
from napari_dip.session.progress import Brief, Check, Progress
from napari_dip.session.record import Record
from napari_dip.session.snapshots import Snapshot, Snapshots


class Restoration(Iterator[Progress], Protocol):
    """A restoration that is asked for one iteration at a time.

    Either a :class:`~napari_dip.session.session.Session`, which fits an
    image at once, or a
    :class:`~napari_dip.session.tiles.tiled.TiledSession`, which fits it tile
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

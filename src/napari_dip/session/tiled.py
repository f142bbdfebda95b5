"""A large restoration under way: tile by tile, joined without a seam."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.choice import device_description, release_cache
from napari_dip.device.clock import Clock
from napari_dip.engine.state import StopReason
from napari_dip.grid.regions import Region
from napari_dip.session.base import Restoration, Snapshots
from napari_dip.session.progress import Brief, Phase, Progress
from napari_dip.session.record import (
    Record,
    describe_reason,
    describe_tiles,
    reason_of_all,
)
from napari_dip.session.stages import Past
from napari_dip.session.tile_plan import Plan, Queue, Stitched, Tile


class TiledSession(Restoration):
    """A restoration of a large image, one tile after the other.

    Tiles that need no fit are left out. Where the memory runs out the tile
    at hand is halved, and those after it. A session that is stopped keeps the
    finished tiles and the best of the current one; elsewhere it is the plain
    interpolation that was there from the beginning.

    Parameters
    ----------
    plan : Plan
        What it is made from.
    brief : Brief
        What was asked for.
    clock : Clock, optional
        With what was spent on the preparation, and the limit, which is
        shared among the tiles.
    uncertainty : bool
        Whether the record of the result holds its uncertainty.
    """

    def __init__(
        self,
        plan: Plan,
        brief: Brief,
        *,
        clock: Clock | None = None,
        uncertainty: bool = False,
    ) -> None:
        self.brief = brief
        self.snapshots = Snapshots()
        self._plan: Plan | None = plan
        self._output = plan.output
        self._device = f'{plan.device} ({device_description(plan.device)})'
        self._stitched = Stitched(plan, uncertainty=uncertainty)
        self._queue = Queue(plan)
        self._tile: Tile | None = None
        self._latest: Progress | None = None
        self._past = Past()
        self._windows: list[Region] = []
        self._said: list[str] = []
        # Why each finished tile ended.
        self._ends: list[StopReason] = []
        self._peak_memory = 0
        self._reason: StopReason | None = None
        self._clock = clock or Clock()
        self._result: NDArray[np.float32] | None = None
        self._uncertainty: NDArray[np.float32] | None = None

    def __next__(self) -> Progress:
        """Do one iteration of the current tile.

        Raises
        ------
        StopIteration
            If the restoration has ended.
        MemoryError
            If there is no room for even the smallest tile.
        """
        if self.finished or self._plan is None:
            raise StopIteration
        self._result = self._uncertainty = None
        with self._at_work():
            try:
                self._iterate(self._plan)
            except MemoryError as error:
                self._make_smaller(self._plan, error)
            if self._in_haste:
                self.stop()
        return self.progress

    @property
    def progress(self) -> Progress:
        """Where the restoration stands, counted over all tiles."""
        past, planned = self._past.iterations, self.brief.settings.num_iter
        num_iter = past + planned * len(self._queue)
        iteration, best, latest = past, 0, self._latest
        if self._tile is not None:
            inner = latest = self._tile.session.progress
            iteration += inner.iteration
            num_iter += inner.num_iter - planned
            best = past + inner.best_iteration if inner.best_iteration else 0
        return Progress(
            iteration,
            num_iter,
            latest.loss if latest else math.nan,
            latest.metric if latest else None,
            best,
            self._clock.elapsed,
            self._remaining(),
            self._reason_text() if self.finished else None,
            self._phase(),
            latest.metric_name if latest else '',
        )

    @property
    def finished(self) -> bool:
        """Whether it has ended."""
        return self._reason is not None

    def preview(self) -> NDArray[np.float32]:
        """Return a quick estimate, in the units and axes of the result."""
        self._check_open()
        return self._to_image(self._stitched.preview(self._tile))

    def result(self) -> NDArray[np.float32]:
        """Return the best estimate so far, in the units of the data."""
        if self._result is None:
            self._check_open()
            with self._at_work():
                self._result = self._to_image(self._join())
        return self._result

    def stop(self) -> None:
        """End with the finished tiles and the best of the current one."""
        if not self.finished:
            with self._at_work():
                self._end(StopReason.USER)

    @property
    def nothing_left(self) -> str:
        """Why it cannot go on: it can as long as a tile is left."""
        if len(self._queue):
            return ''
        return (
            'This image was restored tile by tile, and all tiles are '
            'complete, so that none can be continued; start again with '
            'preset="best", which does more iterations.'
        )

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Go on where a stopped restoration was.

        Parameters
        ----------
        num_iter : int
            Not looked at: each tile left has the iterations planned for it,
            as those before it had.
        time_limit : float, optional
            Seconds of further work.

        Raises
        ------
        ValueError
            If all tiles are complete.
        """
        self._check_open()
        if self.nothing_left:
            raise ValueError(self.nothing_left)
        self._go_on(time_limit)
        if self._tile is not None and self._tile.session.finished:
            done = self._tile.session.progress
            left = max(done.num_iter - done.iteration, 1)
            self._tile.session.extend(left, self._time_left())
        self._reason = None
        self._result = self._uncertainty = None

    def record(self) -> Record:
        """Return the account of what was done so far."""
        brief, past, windows = self.brief, self._past, self._windows
        peak = self._peak_memory
        if self._tile is not None and self._tile.begun:
            part = self._tile.session.record()
            past = past.then_all_of(part)
            windows = [*windows, self._tile.window]
            peak = max(peak, part.peak_memory)
        return Record.of(
            brief,
            past,
            device=self._device,
            reason=(self._reason or StopReason.USER).name,
            reason_text=self._reason_text(),
            best_iteration=self.progress.best_iteration,
            noise=self._output.describe_noise(),
            wall_time=self._clock.elapsed,
            peak_memory=peak,
            uncertainty=self._uncertainty,
            notes=[*brief.notes, *self._notes()],
            tiles=[(*w.start, *w.shape) for w in windows],
        )

    def close(self) -> None:
        """Give the memory back."""
        if self._plan is None:
            return
        self._leave_tile()
        self._plan = None
        del self._stitched

    def _iterate(self, plan: Plan) -> None:
        if self._tile is None:
            self._tile = self._begin(plan)
        if self._tile is None:
            return
        self._tile.session.check = self._look
        session = self._tile.session
        self._latest = next(session)
        if session.finished:
            self._settle(plan, self._tile)

    def _begin(self, plan: Plan) -> Tile | None:
        """Begin the next tile, if there is time left for it."""
        limit = self._time_left()
        if limit is not None and limit <= 0 and self._ends:
            self._end(StopReason.TIME_LIMIT)
            return None
        return plan.begin(self._queue.current(plan), limit)

    def _settle(self, plan: Plan, tile: Tile) -> None:
        """Stitch a finished tile in."""
        reason = StopReason[tile.session.record().reason]
        if reason is StopReason.OUT_OF_MEMORY and plan.halve(tile.window):
            raise MemoryError
        self._stitched.put(tile)
        self._ends.append(reason)
        self._leave_tile()
        self._queue.finish()
        if not len(self._queue):
            self._end(reason_of_all(self._ends))

    def _make_smaller(self, plan: Plan, error: MemoryError) -> None:
        """Replace the current tile by smaller ones, or end without it."""
        self._leave_tile()
        release_cache(plan.device)
        if self._queue.make_smaller(plan):
            return
        if self._ends:
            self._end(StopReason.OUT_OF_MEMORY)
        else:
            raise error

    def _leave_tile(self) -> None:
        tile, self._tile = self._tile, None
        if tile is None:
            return
        if tile.begun:
            record = tile.session.record()
            self._said += record.notes
            self._past = self._past.then_all_of(record)
            self._windows.append(tile.window)
            self._peak_memory = max(self._peak_memory, record.peak_memory)
        tile.session.close()

    def _end(self, reason: StopReason) -> None:
        self._reason = reason
        if self._tile is not None:
            self._tile.session.stop()
        self._result = self._uncertainty = None

    def _reason_text(self) -> str:
        text = describe_reason(
            self._reason or StopReason.USER,
            self.brief,
            limit=self._clock.limit,
        )
        return text + describe_tiles(len(self._ends), len(self._queue))

    def _notes(self) -> list[str]:
        """Return what tiles have to say, each sentence once."""
        said = [*self._said]
        if self._tile is not None and self._tile.begun:
            said += self._tile.session.record().notes
        return [x for x in dict.fromkeys(said) if x not in self.brief.notes]

    def _time_left(self) -> float | None:
        """Seconds for the current tile, by its part of what is left."""
        left = self._clock.left
        return None if left is None else left * self._queue.share

    def _look(self, _: Progress) -> bool:
        return self._ask()

    def _phase(self) -> Phase:
        if self._tile is not None:
            return self._tile.session.progress.phase
        return Phase.DONE if self.finished else Phase.FITTING

    def _remaining(self) -> float:
        """Seconds for the current tile, and as long a pixel for the rest."""
        tile = self._tile
        rest = self._queue.rest
        if self._result is not None and self.finished:
            return 0.0
        now, begun = 0.0, self._queue.done
        if tile is not None:
            now = tile.session.progress.remaining
            begun += tile.window.size
            rest -= tile.window.size
        if self.finished:
            return now
        seconds = now + rest * (self._clock.elapsed + now) / max(begun, 1)
        left = self._clock.left
        return seconds if left is None else max(min(seconds, left), 0.0)

    def _join(self) -> NDArray[np.float32]:
        """Join all there is, the current tile included."""
        image, doubt = self._stitched.joined(self._tile)
        if doubt is not None:
            self._uncertainty = self._output.deviation_in_axes(doubt)
        return image

    def _to_image(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        # They have only been rounded where they were joined.
        self._output.put_back_known(planes)
        return self._output.in_axes(planes)

    def _check_open(self) -> None:
        if self._plan is None:
            raise RuntimeError(
                'TiledSession: its memory was given back, so it can neither '
                'go on nor give another estimate; start a new one.'
            )
